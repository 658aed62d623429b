import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { manifestRules, manifestSeverity } from '../../../src/manifest/rules/index.js';

const tests = new URL('./', import.meta.url);
const fixtures = new URL('../../fixtures/manifest/rules/', import.meta.url);

describe('the manifest rules', () => {
  it('have unique ids in ascending order and unique names', () => {
    const ids = manifestRules.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)].sort());
    expect(new Set(manifestRules.map(({ name }) => name)).size).toBe(ids.length);
  });

  it.each(manifestRules)('$id $name is explained in whole sentences', (rule) => {
    expect(rule.name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    for (const sentence of [rule.summary, rule.why, rule.fix]) expect(sentence).toMatch(/^\S.*\.$/);
    expect(rule.summary.length).toBeGreaterThan(20);
  });

  it.each(manifestRules)('$id occurs in a fixture or a test', ({ id }) => {
    const places = [
      ...readdirSync(fixtures).map((name) => new URL(name, fixtures)),
      ...readdirSync(tests).map((name) => new URL(name, tests)),
      new URL('../validate.test.ts', tests),
    ];
    expect(places.some((place) => readFileSync(place, 'utf8').includes(`${id}`))).toBe(true);
  });

  it('are raised, never lowered, by profiles', () => {
    const rank = { off: 0, info: 1, warning: 2, error: 3 };
    for (const { id } of manifestRules) {
      for (const mode of ['strict', 'lenient'] as const) {
        const generic = rank[manifestSeverity(id, mode, 'generic', false)];
        for (const profile of ['modelarts-import', 'mindspore'] as const) {
          expect(rank[manifestSeverity(id, mode, profile, false)], `${id} ${profile}`).toBeGreaterThanOrEqual(
            generic,
          );
        }
      }
    }
  });

  it('M155 raises M002 and M005 under the mindspore profile', () => {
    expect(manifestSeverity('M155', 'lenient', 'mindspore', false)).toBe('error');
    for (const id of ['M002', 'M005']) {
      expect(manifestSeverity(id, 'lenient', 'generic', false)).toBe('warning');
      expect(manifestSeverity(id, 'lenient', 'mindspore', false)).toBe('error');
    }
  });

  it('refuse an id that is none', () => {
    expect(() => manifestSeverity('M999', 'strict', 'generic', false)).toThrow(RangeError);
  });
});
