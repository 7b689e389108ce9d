/**
 * `npm run test:faults [-- 1000 [train,embed [FROM]]]`: so many injected faults, from a number on, and their counts. Ends
 * with 1 if anything was lost, taken for whole, not as it would have been, or told by a stack. After Ctrl-C it counts what
 * it has.
 */
import { prepareDeeds } from './deeds.js'
import { Injector, KINDS } from './injector.js'
import { faultOf, type Outcome, type Reference, Trials } from './trial.js'

const [, , asked = '1000', verbs, from = '0'] = process.argv
const [count, only, first] = [Number(asked), verbs?.split(','), Number(from)]
const { folder, deeds: all } = await prepareDeeds()
const deeds = all.filter(({ name }) => only?.includes(name) ?? true)
const trials = new Trials(folder, new Injector())
const references = new Map<string, Reference>()
for (const deed of deeds) {
  const reference = await trials.reference(deed)
  references.set(deed.name, reference)
  process.stdout.write(`${deed.name}: ${reference.writes} writes, ${reference.after.size} artefacts\n`)
}

const outcomes: Outcome[] = []
let stopped = false
process.once('SIGINT', () => {
  stopped = true
})
for (let n = 0; n < count && !stopped; n++) {
  const deed = deeds[n % deeds.length]!
  const reference = references.get(deed.name)!
  const outcome = await trials.one(
    deed,
    faultOf(first + Math.floor(n / deeds.length), KINDS, reference.writes),
    reference,
  )
  outcomes.push(outcome)
  const { kind, at, code, wrong } = outcome
  if (wrong.length > 0) process.stdout.write(`${deed.name} ${kind} at ${at}, exit ${code}:\n  ${wrong.join('\n  ')}\n`)
  if ((n + 1) % 25 === 0) process.stderr.write(`${n + 1} of ${count}\n`)
}

const having = (part: RegExp, list: readonly Outcome[]) =>
  list.filter(({ wrong }) => wrong.some(text => part.test(text))).length
const columns = ['verb', 'faults', 'fired', 'lost or half', 'other after resume', 'stacks', 'hangs', 'right']
const row = (name: string, list: readonly Outcome[]) => [
  ...[name, list.length, list.filter(({ fired, kind }) => fired || kind === 'short').length],
  ...[/lost$|not whole|all is well/, /again/, /a stack/, /hangs/].map(part => having(part, list)),
  list.filter(({ wrong }) => wrong.length === 0).length,
]
const named = deeds.map(({ name }) =>
  row(
    name,
    outcomes.filter(({ deed }) => deed === name),
  ),
)
const kinds = KINDS.map(kind =>
  row(
    kind,
    outcomes.filter(one => one.kind === kind),
  ),
)
for (const line of [columns, ...named, ...kinds, row('all', outcomes)]) process.stdout.write(`${line.join('\t')}\n`)
process.exitCode = outcomes.some(({ wrong }) => wrong.length > 0) ? 1 : 0
