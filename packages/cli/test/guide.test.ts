import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { otrCommands, startCommands } from '../src/index.ts';
import { type OptionName, options, variableOf } from '../src/options.ts';

const guide = readFileSync(new URL('../../../docs/guide/configuration.md', import.meta.url), 'utf8');

function tableOf(names: readonly OptionName[]): string {
  const rows = names.map((name) => {
    const { help, fallback, ...more } = options[name];
    const placeholder = 'placeholder' in more ? ` ${more.placeholder}` : '';
    const otherwise = 'otherwise' in more ? more.otherwise : fallback;
    const shown =
      otherwise === undefined ? '' : typeof otherwise === 'boolean' ? (otherwise ? 'yes' : 'no') : otherwise;
    const line = name === 'config' ? '' : `\`${name} = …\``;
    return `| \`--${name}${placeholder}\` | \`${variableOf(name)}\` | ${line} | ${help} | ${shown} |`;
  });
  return [
    '| flag | variable | config line | what it says | otherwise |',
    '|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

/** Without the spaces and dashes that align its columns. */
const narrow = (table: string) => table.replace(/ +/g, ' ').replace(/ ?-{3,} ?/g, '---');

it('the guide’s table is the table of options', () => {
  const [, table] = /<!-- options -->\n([\s\S]*?)\n<!-- end -->/.exec(guide) ?? [];
  expect(narrow(table ?? '')).toBe(narrow(tableOf(Object.keys(options) as OptionName[])));
});

it('every option belongs to a command', () => {
  const used = new Set(
    [...otrCommands, ...startCommands].flatMap(({ uses }) => uses.map(({ option }) => option)),
  );
  expect([...used].sort()).toEqual(Object.keys(options).sort());
});
