import test from 'ava'
import type { EngineReport } from '../../../engine/install/probe.js'
import { building, examine, node, renderFindings, tensorflow } from '../../../pipelines/commands/doctor.js'

const report = {
  ...{ tensorflow: '2.18.1', tfjs: '4.22.0', device: 'CPU' as const, folder: '/cache', failure: undefined },
  ...{ oneDnn: true, instructions: 'Intel AVX2' },
} satisfies EngineReport
const broken = { ...report, tensorflow: undefined, device: undefined, failure: 'not installed' }

test('Node 20.19 and newer is supported', t => {
  t.deepEqual(
    ['18.20.0', '20.18.3', '20.19.0', '22.20.0', '24.12.0'].map(version => node(version).ok),
    [false, false, true, true, true],
  )
})

test('a broken engine is essential, and its mending command stands in the report', t => {
  const findings = tensorflow(broken)
  t.like(findings, [{ ok: false, essential: true, mend: './earshot engine install' }])
  t.regex(
    renderFindings(findings),
    /! TensorFlow {2}not installed[\s\S]*To mend:\n {2}TensorFlow: \.\/earshot engine install/,
  )
  t.true(tensorflow(report).every(({ ok }) => ok))
})

test('a compiler is essential only until the engine is built', t => {
  const tools = [{ name: 'g++', version: undefined, mend: 'apt-get install g++' }] as const
  t.like(building(tools, broken), [{ ok: false, essential: true, mend: 'apt-get install g++' }])
  t.like(building(tools, report), [{ ok: false, essential: false }])
})

test('every finding is a line; when all is well the report says so', t => {
  const lines = renderFindings([node('22.20.0'), ...tensorflow(report)])
    .trimEnd()
    .split('\n')
  t.is(lines.length, 6)
  t.is(lines.at(-1), 'Nothing is missing.')
})

test('this machine can be examined, with the engine that the tests run on', async t => {
  const findings = await examine()
  const about = (name: string) => findings.find(finding => finding.about === name)
  t.like(about('TensorFlow'), { ok: true, essential: true })
  t.regex(about('device')?.found ?? '', /^[CG]PU$/)
  t.regex(about('oneDNN')?.found ?? '', /^(on,|off.*; products) up to .*(SSE|AVX|AMX)/)
  t.true(findings.every(({ ok, mend }) => ok || mend !== undefined))
})

test('oneDNN turned off is said, with what it costs; it is no reason not to train', t => {
  const told = tensorflow({ ...report, oneDnn: false }).find(({ about }) => about === 'oneDNN')
  t.like(told, { ok: false, essential: false })
  t.regex(told?.found ?? '', /^off.*; products up to Intel AVX2/)
  t.regex(told?.mend ?? '', /twice as long/)
  t.like(
    tensorflow(report).find(({ about }) => about === 'oneDNN'),
    { ok: true },
  )
})
