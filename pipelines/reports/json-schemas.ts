/** The JSON Schemas of all kinds of files that people write, for editors. */
import { documentSchema, fileSchema } from '../../graphs/language/json-schema.js'
import { loadStages } from '../../stages/registry.js'
import { sections } from '../configuration/sections.js'

/** By kind; each is made when it is asked for, as its settings are loaded then. */
export const jsonSchemas: Readonly<Record<string, () => Promise<Record<string, unknown>>>> = {
  config: async () => documentSchema((await loadStages()).values(), sections),
  sweep: async () => fileSchema((await import('../sweeps/sweep-schema.js')).sweepSchema, 'A sweep of Earshot'),
  scenes: async () =>
    fileSchema((await import('../separation/scenes/settings.js')).scenesSchema, 'Scenes that Earshot composes'),
  proxy: async () =>
    fileSchema((await import('../datasets/proxy/settings.js')).proxySchema, 'A study of validation splits'),
  'data-set': async () =>
    fileSchema((await import('../../data/manifests/data-set.js')).dataSetSchema, 'A data set of Earshot'),
}
