import test from 'ava'
import { inOrder, type Reading } from '../../../graphs/language/order.js'
import { fc, testProp } from '../../properties.js'

const reading = (id: string, ...reads: string[]): Reading => ({ id, wires: reads.map(node => ({ node })) })

/** Graphs without circles, written in any order. */
const acyclic = fc
  .array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 12 })
  .map(reads => reads.map((above, at) => reading(`n${at}`, ...above.filter(() => at > 0).map(from => `n${from % at}`))))
  .chain(nodes => fc.shuffledSubarray(nodes, { minLength: nodes.length }))

testProp('each node comes after all that it reads, and none is lost', [acyclic], (t, nodes) => {
  const { order, circles } = inOrder(nodes)
  t.deepEqual(circles, [])
  t.is(new Set(order).size, nodes.length)
  const place = new Map(order.map(({ id }, at) => [id, at]))
  for (const { id, wires } of order) for (const { node } of wires) t.true(place.get(node)! < place.get(id)!)
})

testProp('what is written in a possible order stays as it is', [acyclic], (t, nodes) => {
  const { order } = inOrder(nodes)
  t.deepEqual(inOrder(order).order, order)
})

const anyGraph = fc
  .array(fc.array(fc.nat(9), { maxLength: 2 }), { minLength: 1, maxLength: 10 })
  .map(reads => reads.map((above, at) => reading(`n${at}`, ...above.map(from => `n${from % reads.length}`))))

testProp('a circle given is a circle, and one is given if and only if nodes are left out', [anyGraph], (t, nodes) => {
  const { order, circles } = inOrder(nodes)
  t.is(circles.length > 0, order.length < nodes.length)
  const byId = new Map(nodes.map(node => [node.id, node]))
  for (const circle of circles) {
    t.is(circle[0], circle.at(-1))
    for (const [at, id] of circle.slice(1).entries())
      t.true(byId.get(id)!.wires.some(({ node }) => node === circle[at]))
  }
})

test('two knots give two circles; who reads them gives none', t => {
  const { order, circles } = inOrder([
    reading('a', 'b'),
    reading('b', 'a'),
    reading('c', 'c'),
    reading('d', 'a'),
    reading('e'),
  ])
  t.deepEqual(
    circles.map(circle => circle.join(' ')),
    ['a b a', 'c c'],
  )
  t.deepEqual(
    order.map(({ id }) => id),
    ['e'],
  )
})
