/** The picture of a learning curve beside the probe's result, as SVG and as PNG. */
import { writeFileSync } from 'node:fs'
import { Problem } from '../../../data/problem.js'

/** @param file of the result, JSON. @returns the files written. @throws Problem if the folder refuses them */
export async function writeCurve(file: string, svg: string): Promise<string[]> {
  const { default: sharp } = await import('sharp')
  const stem = file.replace(/(\.[a-z-]*probe)?\.json$/, '')
  const files = [`${stem}.curve.svg`, `${stem}.curve.png`]
  try {
    writeFileSync(files[0]!, svg)
    await sharp(Buffer.from(svg), { density: 144 }).png().toFile(files[1]!)
  } catch (cause) {
    throw new Problem('not-writable', `The learning curve cannot be written: ${(cause as Error).message}`, {
      place: { file: files[0]! },
      cause,
    })
  }
  return files
}
