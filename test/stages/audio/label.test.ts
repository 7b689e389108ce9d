import test from 'ava'
import { Problem } from '../../../data/problem.js'
import label, { oneHot } from '../../../stages/audio/label.js'
import { outOf, runItem } from '../views/support.js'

const instruments = { column: 'instrument', classes: ['kick', 'snare', 'tom'] }

test('1 at the class, 0 elsewhere', t => {
  t.deepEqual(oneHot('snare', instruments), Float32Array.of(0, 1, 0))
})

test('several labels, as many ones; those that are no class count for nothing', t => {
  t.deepEqual(oneHot('tom, kick, gong', { ...instruments, separator: ',' }), Float32Array.of(1, 0, 1))
})

test('without a separator a label is taken whole', t => {
  t.throws(() => oneHot('tom,kick', instruments), { instanceOf: Problem, code: 'not-a-class' })
})

test('a clip without a label, or with another, says so', t => {
  t.throws(() => oneHot(undefined, instruments), { instanceOf: Problem, code: 'no-label', message: /'instrument'/ })
  t.throws(() => oneHot('gong', instruments), { instanceOf: Problem, code: 'not-a-class', message: /'gong'/ })
  t.throws(() => oneHot('gong; bell', { ...instruments, separator: ';' }), { code: 'not-a-class' })
})

test('the stage reads its column; the port says how many classes there are', t => {
  t.deepEqual(outOf(label, instruments, { from: { kind: 'clip' } }), { kind: 'label', classes: 3 })
  const clip = { id: 'a', path: '/a', labels: { instrument: 'tom', kit: 'kick' } }
  t.deepEqual(runItem(label, instruments, { from: { kind: 'clip' } }, { from: clip }), Float32Array.of(0, 0, 1))
})

test('a flagged class that the clip is not known to have is -1; one that it has stays', t => {
  const given = { ...instruments, separator: ',', missing: 'flagged' }
  const of = (labels: Record<string, string>) =>
    runItem(label, given, { from: { kind: 'clip' } }, { from: { id: 'a', path: '/a', labels } })
  t.deepEqual(of({ instrument: 'tom', flagged: 'tom, kick' }), Float32Array.of(-1, 0, 1))
  t.deepEqual(of({ instrument: 'tom' }), Float32Array.of(0, 0, 1))
})

test('classes are different from one another, and two at least', t => {
  t.false(label.parameters.safeParse({ classes: ['kick', 'kick'] }).success)
  t.false(label.parameters.safeParse({ classes: ['kick'] }).success)
})

test('absent: unknown keeps clips without one of the classes, -1 throughout; the port says so', t => {
  const given = { ...instruments, absent: 'unknown' }
  t.deepEqual(outOf(label, given, { from: { kind: 'clip' } }), { kind: 'label', classes: 3, unknown: true })
  const of = (labels: Record<string, string>) =>
    runItem(label, given, { from: { kind: 'clip' } }, { from: { id: 'a', path: '/a', labels } })
  t.deepEqual(of({ instrument: 'tom' }), Float32Array.of(0, 0, 1))
  t.deepEqual(of({ kit: 'tom' }), Float32Array.of(-1, -1, -1))
  t.deepEqual(of({ instrument: 'gong' }), Float32Array.of(-1, -1, -1))
})

test('where: of other clips nothing is known, whatever their label says', t => {
  const given = { ...instruments, where: { column: 'labelled', values: ['curated'] } }
  t.deepEqual(outOf(label, given, { from: { kind: 'clip' } }), { kind: 'label', classes: 3, unknown: true })
  const of = (labels: Record<string, string>) =>
    runItem(label, given, { from: { kind: 'clip' } }, { from: { id: 'a', path: '/a', labels } })
  t.deepEqual(of({ instrument: 'tom', labelled: 'curated' }), Float32Array.of(0, 0, 1))
  t.deepEqual(of({ instrument: 'tom', labelled: 'noisy' }), Float32Array.of(-1, -1, -1))
  t.deepEqual(of({ instrument: 'tom' }), Float32Array.of(-1, -1, -1))
  t.throws(() => of({ labelled: 'curated' }), { code: 'no-label' })
})
