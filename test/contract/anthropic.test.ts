import { anthropicCase } from '../providers/support/anthropic-case.ts';
import { describeProviderContract } from './provider-contract.ts';

describeProviderContract(anthropicCase);
