import type { z } from 'zod';

/** Of a plug-in's section in policy.yml: each field says with `describe` what to write where its value is wrong. */
export type SettingsSchema = z.ZodObject;

export type PluginSettings = Readonly<Record<string, unknown>>;
