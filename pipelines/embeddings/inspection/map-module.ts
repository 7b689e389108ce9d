/** What brings the maps of a page to life, as HTML for its end. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { importMap } from '../../drawing/page-modules.js'

const SCRIPT = fileURLToPath(new URL('../../../../pipelines/embeddings/inspection/browser/maps.mjs', import.meta.url))

export function mapModule(): string {
  const modules = importMap({ 'earshot/point-map': 'pipelines/drawing/browser/point-map.mjs' })
  return `<script type="importmap">${modules}</script>\n<script type="module">${readFileSync(SCRIPT, 'utf8')}</script>`
}
