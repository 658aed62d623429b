import { Command } from 'commander';
import { expect, test } from 'vitest';
import { addRepair } from '../../bin/commands/repair.js';
import { fixes, fixProfiles } from '../../src/transforms/index.js';

test('the help names every fix in order, and the rules of the platform by their numbers', () => {
  let help = '';
  const program = new Command().configureOutput({ writeOut: (text) => (help += text) }).exitOverride();
  addRepair(program, {} as Parameters<typeof addRepair>[1], () => undefined);
  expect(() => program.parse(['repair', '--help'], { from: 'user' })).toThrow('outputHelp');
  const [, list = '', rules = ''] = /are applied:\n([\s\S]*?)\n\n(metavalidation, [\s\S]*)$/.exec(help) ?? [];
  expect(list.split(/[\s,]+/).filter((word) => word !== '')).toEqual(fixes.map(({ name }) => name));
  const numbered = [...rules.matchAll(/(\d+) ([a-z-]+)/g)].map(([, number, name]) => [Number(number), name]);
  const profile = fixProfiles['metavalidation']!;
  expect(numbered).toEqual(profile.slice(0, 11).map((name, at) => [at + 1, name]));
  expect(rules.trimEnd().endsWith(`after them: ${profile.slice(11).join(', ')}`)).toBe(true);
});
