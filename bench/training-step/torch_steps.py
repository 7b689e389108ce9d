"""PyTorch's side of bench/training-step.ts, channels_last. Reads `model way steps` lines, answers milliseconds; nothing if a
way fails."""
import contextlib
import pathlib
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
from peers.separator import Separator, mixit

torch.set_num_threads(int(sys.argv[1]))
torch.manual_seed(0)
narrow = sys.argv[2] == 'bfloat16'
clock = time.process_time if sys.argv[3] == 'cpu' else time.perf_counter


class Block(nn.Module):
    def __init__(self, ins, outs, stride):
        super().__init__()
        self.conv1, self.norm1 = nn.Conv2d(ins, outs, 3, stride, 1, bias=False), nn.BatchNorm2d(outs)
        self.conv2, self.norm2 = nn.Conv2d(outs, outs, 3, 1, 1, bias=False), nn.BatchNorm2d(outs)
        changes = stride != 1 or ins != outs
        self.shortcut = nn.Sequential(nn.Conv2d(ins, outs, 1, stride, bias=False), nn.BatchNorm2d(outs)) if changes else nn.Identity()

    def forward(self, x):
        return F.relu(self.norm2(self.conv2(F.relu(self.norm1(self.conv1(x))))) + self.shortcut(x))


class Pool(nn.Module):
    def __init__(self, with_max):
        super().__init__()
        self.with_max = with_max

    def forward(self, x):
        return torch.cat([x.mean((2, 3)), x.amax((2, 3))], 1) if self.with_max else x.mean((2, 3))


def vgg(widths, with_max):
    layers, ins = [], 1
    for width in widths:
        layers += [nn.Conv2d(ins, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU(), nn.MaxPool2d(2)]
        ins = width
    return nn.Sequential(*layers, Pool(with_max))


def resnet18():
    layers, ins = [nn.Conv2d(1, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)], 64
    for width, stride in [(64, 1), (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1)]:
        layers.append(Block(ins, width, stride))
        ins = width
    return nn.Sequential(*layers, Pool(False))


def classifier(encoder, size, frames):
    model = nn.Sequential(encoder, nn.Linear(size, 10)).to(memory_format=torch.channels_last)
    x = torch.randn(32, 1, frames, 64).to(memory_format=torch.channels_last)
    labels = torch.arange(32) % 10
    return torch.optim.Adam(model.parameters(), 1e-3), lambda: F.cross_entropy(model(x), labels)


def contrastive(batch, widths):
    encoder = vgg(widths, True).to(memory_format=torch.channels_last)
    size = 2 * widths[-1]
    head = nn.Sequential(nn.Linear(size, 512), nn.BatchNorm1d(512), nn.ReLU(), nn.Linear(512, 128))
    a, b = (torch.randn(batch, 1, 96, 64).to(memory_format=torch.channels_last) for _ in range(2))
    partners = torch.arange(2 * batch).roll(batch)

    def loss():
        z = F.normalize(torch.cat([head(encoder(a)), head(encoder(b))]))
        similarity = (z @ z.T / 0.2).masked_fill(torch.eye(2 * batch, dtype=torch.bool), -1e9)
        return F.cross_entropy(similarity, partners)

    weights = [*encoder.parameters(), *head.parameters()]
    return torch.optim.SGD(weights, 0.03, momentum=0.9, weight_decay=1e-4), loss


def separator(batch, samples):
    model = Separator()
    references = torch.randn(batch, 2, samples)
    return torch.optim.Adam(model.parameters(), 1e-3), lambda: mixit(model(references.sum(1)), references)


class Vit(nn.Module):
    """Encoder of a masked autoencoder: pieces of 8 x 8 of [batch, 96, 64], those of `keep` alone."""

    def __init__(self, width, depth, heads):
        super().__init__()
        self.embed = nn.Linear(64, width)
        layer = nn.TransformerEncoderLayer(width, heads, 4 * width, 0.0, F.gelu, batch_first=True, norm_first=True)
        self.body = nn.TransformerEncoder(layer, depth, nn.LayerNorm(width), enable_nested_tensor=False)
        self.register_buffer('places', torch.randn(1, 96, width))

    def forward(self, x, keep):
        pieces = x.reshape(len(x), 12, 8, 8, 8).permute(0, 1, 3, 2, 4).reshape(len(x), 96, 64)
        tokens = self.embed(pieces) + self.places
        return self.body(torch.gather(tokens, 1, keep[:, :, None].expand(-1, -1, tokens.shape[2])))


def masked(batch, kept):
    model = Vit(192, 4, 3)
    x, keep = torch.randn(batch, 96, 64), torch.arange(kept).expand(batch, kept)
    return torch.optim.Adam(model.parameters(), 1e-3), lambda: model(x, keep).square().mean()


MODELS = {
    'vgg': lambda: classifier(vgg([32, 64, 128, 128], False), 128, 96),
    'resnet18': lambda: classifier(resnet18(), 512, 101),
    'small': lambda: contrastive(64, [16, 32, 64, 128]),
    'contrastive': lambda: contrastive(128, [32, 64, 128, 256]),
    'separator': lambda: separator(8, 32_000),
    'vit': lambda: masked(64, 24),
}


def prepared(name, way):
    optimiser, loss = MODELS[name]()
    return optimiser, torch.compile(loss) if way == 'compile' else loss


def run(optimiser, loss):
    start = clock()
    optimiser.zero_grad()
    with torch.autocast('cpu', torch.bfloat16) if narrow else contextlib.nullcontext():
        value = loss()
    value.backward()
    optimiser.step()
    value.item()
    return (clock() - start) * 1e3


made = {}
print(f'torch {torch.__version__}', flush=True)
for line in sys.stdin:
    name, way, steps = line.split()
    try:
        first = (name, way) not in made
        pair = made[name, way] = made.get((name, way)) or prepared(name, way)
        times = [run(*pair) for _ in range(max(int(steps), 3) if first else int(steps))]
    except Exception as error:  # told, and left out of the table
        print(f'{name} {way}: {type(error).__name__}: {str(error).splitlines()[0]}', file=sys.stderr, flush=True)
        made[name, way] = None
        times = []
    print(' '.join(f'{ms:.3f}' for ms in times), flush=True)
