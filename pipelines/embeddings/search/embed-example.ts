/** A sound that is not among the embeddings, through the encoder that made them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { featureFolder } from '../../../data/cache-folder.js'
import { writeDelimited } from '../../../data/manifests/delimited.js'
import { onDisk } from '../../../data/whole-file.js'
import { embedOptions } from '../embed-options.js'
import { type EmbeddingIndex, meanDirection, readIndex } from './embedding-index.js'
import { type Example, wantedOf } from './examples.js'
import { demandSameEncoder } from './same-encoder.js'

/**
 * Embeds a file, or a stretch of one, as the index was embedded.
 *
 * @param text `mine.wav`, `mine.wav@2-3.5 s`
 * @param run run folder or checkpoint
 * @throws Problem `other-encoder` if the run is not the one that made the index; those of `writeEmbeddings`
 */
export async function embedExample(text: string, run: string, index: EmbeddingIndex): Promise<Example> {
  const { writeEmbeddings } = await import('../write-embeddings.js')
  const { name, stretch } = wantedOf(text)
  const folder = onDisk(tmpdir(), () => mkdtempSync(join(tmpdir(), 'earshot-example-')))
  try {
    const [table, output] = [join(folder, 'example.csv'), join(folder, 'example.arrow')]
    const rows = [
      ['file', 'start', 'end'],
      [resolve(name), ...(stretch ?? ['', ''])],
    ]
    onDisk(folder, () => writeFileSync(table, writeDelimited(rows, ',')))
    const settings = embedOptions.parse({ output, ...readAs(index.metadata), baselines: false, workers: 1 })
    await writeEmbeddings({ ...settings, run, inputs: [table], cache: featureFolder() })
    const made = await readIndex(output)
    demandSameEncoder({ ...made, file: name }, index)
    const sound = { path: resolve(name), start: stretch?.[0], end: stretch?.[1] }
    return { name: text, direction: meanDirection(made, [...made.clips.keys()]), rows: [], sound }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The flags of `embed` by which a file was made, as its metadata say. */
function readAs(metadata: Record<string, string>) {
  const { 'earshot.layer': layer, 'earshot.readout': readout = 'plain', 'earshot.level': level } = metadata
  if (readout === 'plain') return { level: 'clip', layer, ...(layer?.includes('.') ? {} : { readout }) }
  const { order: _, ...settings } = JSON.parse(readout)
  return { layer: layer?.split('.')[0], readout: JSON.stringify(settings), level: level === 'frame' ? level : 'clip' }
}
