#!/bin/sh
# Draws every view with tap, for graphs/views/README.md: one patch twice, each time with draws of its own.
# Run from the top of the repository: sh graphs/views/draw.sh
set -e
folder=$(mktemp -d)
one() { # name, then the edits of tap
  name=$1
  config=$2
  node=$3
  shift 3
  ./earshot tap "$config" "$node" -n 2 "$@" -o "$folder/$name" --data data/sets/quickstart.yaml > "$folder/$name.log"
  node -e "import('sharp').then(({ default: sharp }) => sharp('$folder/$name/02.png').resize({ width: 800 }).png({ palette: true, colours: 48 }).toFile('graphs/views/$name.png'))"
  echo "$name"
}
patch() {
  name=$1
  shift
  one "$name" graphs/contrastive-16k.yaml cropped --set nodes.near.mode=same --without mixed --without squeezed --without masked \
    --without noisy --swap "cropped=$*"
}
sound() {
  name=$1
  node=$2
  shift 2
  one "$name" graphs/waveform-views.yaml "$node" --set nodes.near.mode=same "$@"
}
one temporal-proximity graphs/contrastive-16k.yaml near
one mix-back graphs/contrastive-16k.yaml mixed --set nodes.near.mode=same --set 'nodes.mixed.ratio=[0.5, 0.5]'
one mix-within-clip graphs/contrastive-16k.yaml mixed --set nodes.near.mode=same --swap 'mixed=mix-within-clip{ratio: [0.5, 0.5]}'
one log-mixup-exp graphs/contrastive-16k.yaml mixed --set nodes.near.mode=same --swap 'mixed=log-mixup-exp{ratio: [0.5, 0.5]}'
patch random-resized-crop 'random-resized-crop{area: [0.5, 0.8]}'
patch companding 'companding{factor: [0.5, 0.6]}'
patch spec-augment spec-augment
patch mask-axis 'mask-axis{axis: time, share: 0.4}'
patch gaussian-noise 'gaussian-noise{deviation: [0.2, 0.3]}'
patch gaussian-blur 'gaussian-blur{time-width: 5, frequency-width: 5}'
patch time-shift time-shift
patch frequency-shift frequency-shift
patch time-reversal 'time-reversal{probability: 0.5}'
sound time-stretch stretched --set 'nodes.stretched.share=1'
sound pitch-shift shifted --without stretched --set nodes.shifted.share=1 --set 'nodes.shifted.semitones=[-6, 6]'
sound band-filter banded --without stretched --without shifted --set nodes.banded.share=1
sound add-noise noisy --without stretched --without shifted --without banded --set 'nodes.noisy.snr=[0, 10]'
sound gain louder --without stretched --without shifted --without banded --without noisy
rm -r "$folder"
