import { openaiCase } from '../providers/support/openai-case.ts';
import { describeProviderContract } from './provider-contract.ts';

describeProviderContract(openaiCase);
