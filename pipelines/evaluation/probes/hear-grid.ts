/** The grid that settings of HEAR's probe come from (hearbenchmark/hear-eval-kit, `PARAM_GRID`). */
export interface HearPoint {
  hiddenLayers: number
  learningRate: number
  start: 'uniform' | 'normal'
}

export const HEAR_GRID: readonly HearPoint[] = [1, 2].flatMap(hiddenLayers =>
  [3.2e-3, 1e-3, 3.2e-4, 1e-4].flatMap(learningRate =>
    (['uniform', 'normal'] as const).map(start => ({ hiddenLayers, learningRate, start })),
  ),
)

/** `2 layers, 0.001, normal`. */
export const pointName = ({ hiddenLayers, learningRate, start }: HearPoint) =>
  `${hiddenLayers} layer${hiddenLayers === 1 ? '' : 's'}, ${learningRate}, ${start}`
