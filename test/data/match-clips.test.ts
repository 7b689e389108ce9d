import test, { type ExecutionContext } from 'ava'
import { matchClips } from '../../data/manifests/match-clips.js'
import { Problem } from '../../data/problem.js'
import { fc, testProp } from '../properties.js'

const names = (...words: string[]) => words.map(word => [word])

function ambiguous(t: ExecutionContext, match: () => unknown, ...both: string[]) {
  const error = t.throws(match, { instanceOf: Problem })
  t.is(error?.code, 'ambiguous-clip')
  for (const name of both) t.true(error?.message.includes(name), `${error?.message} names ${name}`)
}

test('the same text comes before any looser reading', t => {
  t.deepEqual(matchClips(names('a.wav', 'a'), ['a', 'a.wav']), [1, 0])
  t.deepEqual(matchClips(names('./b//a.wav'), ['a.wav', 'b\\a.wav']), [1])
})

test('a tail of a path will do, either way round; the longest is meant', t => {
  t.deepEqual(matchClips(names('kick/01.wav', '/s/snare/01.wav'), ['/home/kick/01.wav', 'snare/01.wav']), [0, 1])
  t.deepEqual(matchClips(names('a/b/01.wav', 'a/01.wav'), ['01.wav', 'b/01.wav']), [1, 0])
  t.deepEqual(matchClips([['5f3a', 'sounds/7.flac']], ['7.flac']), [0])
})

test('names of other folders are other clips, although the file is called the same', t => {
  t.deepEqual(matchClips(names('snare/01.wav'), ['kick/01.wav']), [undefined])
  t.deepEqual(matchClips(names('kick/01.wav', 'b/kick/01.wav'), ['kick/01.wav']), [0, undefined])
})

test('extensions may differ, and are no excuse for other folders', t => {
  t.deepEqual(matchClips(names('drums/kick/01.flac', '02'), ['01.wav', 'x/02.wav']), [0, 1])
  t.deepEqual(matchClips(names('snare/01.flac'), ['kick/01.wav', 'snare/01.wav']), [1])
})

test('a tail that means two known names, or two clips, is an error that names both', t => {
  const origin = { file: 'labels.csv', lines: [2, 9] }
  ambiguous(t, () => matchClips(names('01.wav'), ['a/01.wav', 'b/01.wav'], origin), "'a/01.wav' (line 2)", '(line 9)')
  ambiguous(t, () => matchClips(names('a/01.wav', 'b/01.wav'), ['01.wav']), 'a/01.wav', 'b/01.wav')
  ambiguous(t, () => matchClips(names('01.flac'), ['kick/01.wav', 'snare/01.wav']), 'kick/01.wav', 'snare/01.wav')
  ambiguous(t, () => matchClips(names('01.wav', '01.flac'), ['01']), '01.wav', '01.flac')
})

test('a clip that the table does not name is not found, although others end in its name', t => {
  t.deepEqual(matchClips(names('a/01.wav', 'b/01.wav', '01.wav'), ['a/01.wav', 'b/01.wav']), [0, 1, undefined])
  t.deepEqual(matchClips(names('a/01.wav', 'b/01.wav', '01.flac'), ['a/01.wav', 'b/01.wav']), [0, 1, undefined])
  ambiguous(t, () => matchClips(names('a/01.wav', '01.wav'), ['a/01.wav', 'b/01.wav']), 'a/01.wav', 'b/01.wav')
})

test('a stretch is its own clip; a whole file stands for its stretches', t => {
  const stretches = ['a.wav#0-1', 'a.wav#1-2.5'].map(clip => [clip, '/sounds/a.wav'])
  t.deepEqual(matchClips(stretches, ['a.wav#1-2.5', 'a.wav#0-1']), [1, 0])
  t.deepEqual(matchClips(stretches, ['a.wav#5-6']), [undefined, undefined])
  t.deepEqual(matchClips(stretches, ['a.wav', 'b.wav']), [0, 0])
  t.deepEqual(matchClips(names('a.wav'), ['a.wav#0-1']), [0])
  ambiguous(t, () => matchClips(names('a.wav'), ['a.wav#0-1', 'a.wav#1-2']), 'a.wav#0-1', 'a.wav#1-2')
})

test('dots inside a name are no extension; letters are the same however they are composed', t => {
  t.deepEqual(matchClips(names('kit v1.2 long'), ['kit v1']), [undefined])
  t.deepEqual(matchClips(names('Ch\u00e8vre.wav'), ['Che\u0300vre.wav']), [0])
})

const part = fc.constantFrom('a', 'b', 'c')
const path = fc.array(part, { minLength: 1, maxLength: 4 }).map(parts => parts.join('/'))
const paths = (most: number) => fc.uniqueArray(path, { minLength: 1, maxLength: most })

testProp(
  'what is found is a tail, no known name serves two clips, and the same name finds itself',
  [paths(6), paths(6)],
  (t, clips, known) => {
    const isTail = (long: string, short: string) => `/${long}`.endsWith(`/${short}`)
    try {
      const found = matchClips(names(...clips), known)
      const served = found.filter(place => place !== undefined)
      t.is(new Set(served).size, served.length)
      for (const [at, place] of found.entries()) {
        const clip = clips[at]!
        if (known.includes(clip)) t.is(known[place!], clip)
        else if (place !== undefined) t.true(isTail(clip, known[place]!) || isTail(known[place]!, clip))
        else
          t.false(known.some(name => isTail(clip, name) && !clips.some(other => other !== clip && isTail(other, name))))
      }
    } catch (error) {
      t.is((error as Problem).code, 'ambiguous-clip')
      const tails = clips.flatMap(clip => known.filter(name => isTail(clip, name) || isTail(name, clip)))
      t.true(tails.length > 1)
    }
  },
)
