import test from 'ava'
import { matchClips } from '../../../pipelines/embeddings/match-clips.js'

const names = (...words: string[]) => words.map(word => [word])

test('the same text comes before any looser reading', t => {
  t.deepEqual(matchClips(names('a.wav', 'a'), ['a', 'a.wav']), [1, 0])
})

test('extension and folders may differ', t => {
  t.deepEqual(matchClips(names('drums/kick/01.flac', '02'), ['01.wav', 'x/02.wav']), [0, 1])
})

test('a stem that two known clips share means neither; with their folders they are found', t => {
  t.deepEqual(matchClips(names('01.flac', 'snare/01.flac'), ['kick/01.wav', 'snare/01.wav']), [undefined, 1])
})

test('a second name of a clip is tried as well', t => {
  t.deepEqual(matchClips([['5f3a', 'sounds/7.flac']], ['7']), [0])
})

test('dots inside a name are no extension', t => {
  t.deepEqual(matchClips(names('kit v1.2 long'), ['kit v1']), [undefined])
})
