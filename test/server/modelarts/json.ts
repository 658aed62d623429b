import { invalid } from './refusal.js';

/** A JSON object as it came. */
export type Json = Record<string, unknown>;

export const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A member that is a text; undefined when absent or null. @throws Refusal for anything else */
export function textOf(body: Json, name: string): string | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw invalid(`${name} must be a string.`);
  return value;
}

/** A member that must be a text with something in it. */
export function neededText(body: Json, name: string): string {
  const value = textOf(body, name);
  if (value === undefined || value === '') throw invalid(`${name} is required.`);
  return value;
}

/** A number, or a text that is one, which some callers send. */
export function numberOf(body: Json, name: string): number | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) throw invalid(`${name} must be a number.`);
  return number;
}

export function flagOf(body: Json, name: string, absent: boolean): boolean {
  const value = body[name];
  if (value === undefined || value === null) return absent;
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw invalid(`${name} must be true or false.`);
}

export function objectOf(body: Json, name: string): Json | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (!isJson(value)) throw invalid(`${name} must be an object.`);
  return value;
}

/** A list of objects; empty when absent. */
export function objectsOf(body: Json, name: string): Json[] {
  const value = body[name];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || !value.every(isJson)) throw invalid(`${name} must be a list of objects.`);
  return value;
}

/** A list of texts; empty when absent. */
export function textsOf(body: Json, name: string): string[] {
  const value = body[name];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || !value.every((one) => typeof one === 'string'))
    throw invalid(`${name} must be a list of strings.`);
  return value;
}
