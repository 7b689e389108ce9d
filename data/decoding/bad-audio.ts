/** Why a file gives no usable sound: one code and one sentence each, always naming the file. */
import { Problem } from '../problem.js'

const SENTENCES = {
  'audio-missing': 'there is no such file',
  'audio-unreadable': 'it cannot be opened',
  'audio-empty': 'the file is empty (0 bytes)',
  'audio-unknown': 'this is not audio that Earshot or ffmpeg can read',
  'audio-truncated': 'the file ends too early: part of its sound is missing',
  'audio-damaged': 'its sound cannot be decoded',
  'audio-no-samples': 'it holds no samples',
  'audio-no-channels': 'it declares 0 channels',
  'audio-not-finite': 'it holds samples that are not numbers (NaN or infinite)',
  'audio-beyond-end': 'the stretch lies behind its end',
  'no-such-channel': 'it has not so many channels',
} as const

export type BadAudio = keyof typeof SENTENCES

const HINTS: Partial<Record<BadAudio, string>> = {
  'audio-missing': 'Check the path, or the table that names it.',
  'audio-unreadable': 'Check the permissions of the file and of its folders.',
  'audio-truncated': 'Copy or download the file again.',
  'audio-beyond-end':
    'Check the start in the table: it counts in seconds. Without a table: the file breaks off before the end that its header tells.',
}

/** A problem to throw; `detail` says more about this very file. */
export function badAudio(code: BadAudio, path: string, detail?: string, cause?: unknown): Problem {
  const message = `${path}: ${SENTENCES[code]}${detail ? ` (${detail})` : ''}`
  return new Problem(code, message, { place: { file: path }, hint: HINTS[code], cause })
}

/** A reader here cannot make sense of a file; ffmpeg is asked, and this is the reason given if it cannot either. */
export class Unfit extends Error {}
