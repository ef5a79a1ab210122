// The deployed code uses what runtime 2.0 has and nothing else, in form, names and size.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as acorn from 'acorn';
import { FUNCTIONS, MAX_BYTES, built } from '../build.mjs';
import { deployed } from './engine.mjs';

const RUNTIME = JSON.parse(readFileSync(new URL('runtime.json', import.meta.url), 'utf8'));

/** Every node of a tree with those above it, the nearest first. */
function* walk(node, above = []) {
  if (node && typeof node.type === 'string') {
    yield [node, above];
    for (const value of Object.values(node)) {
      for (const child of Array.isArray(value) ? value : [value]) {
        yield* walk(child, [node, ...above]);
      }
    }
  }
}

const STATEMENTS = ['Program', 'ImportDeclaration', 'ImportDefaultSpecifier', 'FunctionDeclaration', 'BlockStatement',
  'ExpressionStatement', 'VariableDeclaration', 'VariableDeclarator', 'ReturnStatement', 'IfStatement', 'ForStatement',
  'WhileStatement', 'DoWhileStatement', 'ForInStatement', 'TryStatement', 'CatchClause', 'ThrowStatement',
  'BreakStatement', 'ContinueStatement', 'EmptyStatement'];
// ES 5.1, and of later ones what the page names: arrow functions, template literals, await.
const EXPRESSIONS = ['ArrayExpression', 'ArrowFunctionExpression', 'AssignmentExpression', 'AwaitExpression',
  'BinaryExpression', 'CallExpression', 'ConditionalExpression', 'Identifier', 'Literal', 'LogicalExpression',
  'MemberExpression', 'NewExpression', 'ObjectExpression', 'Property', 'SequenceExpression', 'TemplateElement',
  'TemplateLiteral', 'UnaryExpression', 'UpdateExpression'];

/** What is wrong with one node, if anything. */
function faultOf(node, above) {
  if (![...STATEMENTS, ...EXPRESSIONS].includes(node.type)) {
    return `${node.type} is not in the runtime`;
  }
  if (node.type === 'Property' && (node.shorthand || node.method || node.computed || node.kind !== 'init')) {
    return 'only ES 5.1 properties';
  }
  if (node.type === 'LogicalExpression' && node.operator === '??') {
    return 'no ??';
  }
  if (node.type === 'AssignmentExpression' && ['&&=', '||=', '??='].includes(node.operator)) {
    return 'no logical assignment';
  }
  if (node.type === 'Literal' && node.bigint) {
    return 'no BigInt';
  }
  if (node.type === 'Literal' && node.regex) {
    // `$` also matches before a line feed at the end, `[^]` is none of Perl's.
    const { pattern, flags } = node.regex;
    const outside = pattern.replace(/\[(\\.|[^\]\\])+\]/g, '');
    return /(^|[^\\])\$|\(\?<|\\[pPzZA]/.test(outside) || /\[\^?\]/.test(pattern) || /[suyvd]/.test(flags)
      ? `/${pattern}/${flags} means something else in Perl` : undefined;
  }
  if (node.type === 'ArrowFunctionExpression') {
    // An async closure is refused; a function inside an array literal makes njs 0.7 read the array's
    // indexes as text wherever such a number stands.
    return node.async || above[0].type === 'ArrayExpression' ? 'no async closure, no closure in an array' : undefined;
  }
  if (node.type === 'AwaitExpression') {
    const calls = above.slice(0, above.findIndex(({ type }) => /Function/.test(type))).some((outer, i) =>
      outer.type === 'CallExpression' && outer.callee !== (i ? above[i - 1] : node));
    // njs 0.7 forgets what is declared in such a block.
    const declares = above.findIndex(({ type }) => type === 'TryStatement') >= 0
      && above.slice(0, above.findIndex(({ type }) => type === 'TryStatement')).some(({ type }) => type === 'VariableDeclaration');
    return calls || declares ? 'no await in arguments, none that a try block declares' : undefined;
  }
  return undefined;
}

const OWN = ['handler', 'verify', 'cf', 'crypto', 'require', 'Buffer', 'undefined'];

/** Names that are not declared here. */
function freeNames(tree) {
  const declared = new Set();
  const used = new Set();
  const declare = (pattern) => {
    assert.equal(pattern.type, 'Identifier', 'plain parameters and variables only');
    declared.add(pattern.name);
  };
  for (const [node, [above]] of walk(tree)) {
    if (node.type === 'VariableDeclarator') {
      declare(node.id);
    } else if (/Function/.test(node.type)) {
      node.params.forEach(declare);
      if (node.id) {
        declare(node.id);
      }
    } else if (node.type === 'CatchClause' && node.param) {
      declare(node.param);
    } else if (node.type === 'Identifier'
      && !(above.type === 'MemberExpression' && above.property === node && !above.computed)
      && !(above.type === 'Property' && above.key === node && above.value !== node)) {
      used.add(node.name);
    }
  }
  return [...used].filter((name) => !declared.has(name));
}

/** Methods that are called by name. */
function* calledMethods(tree) {
  for (const [node] of walk(tree)) {
    if (node.type === 'CallExpression' && node.callee.type === 'MemberExpression' && !node.callee.computed) {
      yield node.callee.property.name;
    }
  }
}

const listed = [...Object.values(RUNTIME.builtins), ...Object.values(RUNTIME.modules)]
  .flatMap(({ own = [], prototype = [] }) => [...own, ...prototype]);

for (const name of Object.keys(FUNCTIONS)) {
  const code = deployed(name);
  const tree = acorn.parse(code, { ecmaVersion: 2021, sourceType: 'module' });

  test(`${name} is what build.mjs makes of src`, async () => {
    assert.equal(await built(name), code, 'run `node build.mjs`');
  });

  test(`${name} is smaller than the platform's limit`, () => {
    assert.ok(Buffer.byteLength(code) < MAX_BYTES, `${Buffer.byteLength(code)} bytes`);
  });

  test(`${name}'s size is told in README.md`, () => {
    const told = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    assert.ok(told.includes(Buffer.byteLength(code).toLocaleString('en')));
  });

  test(`${name} has the syntax of runtime 2.0 only`, () => {
    const faults = [...walk(tree)].map(([node, above]) => [faultOf(node, above), node])
      .filter(([fault]) => fault)
      .map(([fault, node]) => `${fault}: ${code.slice(node.start, node.start + 60)}`);
    assert.deepEqual(faults, []);
  });

  test(`${name} names no global that runtime 2.0 does not list`, () => {
    const known = [...OWN, ...RUNTIME.globals, ...Object.keys(RUNTIME.builtins)];
    assert.deepEqual(freeNames(tree).filter((free) => !known.includes(free)), []);
  });

  test(`${name} calls no method that runtime 2.0 does not list`, () => {
    const unknown = [...calledMethods(tree)].filter((method) => !listed.includes(method) && method !== 'rawQueryString');
    assert.deepEqual(unknown, []);
  });
}

test('the check finds what the runtime has not', () => {
  const faults = (text) => [...walk(acorn.parse(text, { ecmaVersion: 2022, sourceType: 'module' }))]
    .map(([node, above]) => faultOf(node, above)).filter(Boolean);
  for (const text of ['for (const a of b) {}', 'a?.b', 'a ?? b', 'const {a} = b', 'f(...a)', '({a})', 'class A {}', '1n',
    '/a$/.test(b)', '/[^]/', '/(?<=a)b/', '[() => 1]', 'async () => 1', 'async function f() { g(await h()); }',
    'async function f() { try { const a = await g(); } catch (e) {} }']) {
    assert.notDeepEqual(faults(text), [], text);
  }
  assert.deepEqual(faults('async function f() { let a = await g(1); return `${a}` + ((b) => b)(a); }'), []);
  assert.deepEqual(freeNames(acorn.parse('const a = process.env; b(c => a.d)', { ecmaVersion: 2021 })), ['process', 'b']);
});
