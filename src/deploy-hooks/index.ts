import type { DeployHookDefinition } from '../ports/deploy-hook.ts';
import { fly } from './fly.ts';
import { github } from './github.ts';
import { kubernetes } from './kubernetes.ts';
import { netlify } from './netlify.ts';
import { render } from './render.ts';
import { vercel } from './vercel.ts';
import { webhook } from './webhook.ts';

/** Every kind of deploy hook. A new one is a file and a line here. */
export const deployHooks: readonly DeployHookDefinition[] = [github, vercel, netlify, render, fly, kubernetes, webhook];
