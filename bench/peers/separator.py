"""The separator of graphs/mixit.yaml in PyTorch, of the same size, and its loss (Wisdom et al., NeurIPS 2020)."""
import itertools

import torch
import torch.nn as nn
import torch.nn.functional as F

WINDOW, HOP, BINS, SOURCES = 512, 128, 257, 4


class Block(nn.Module):
    def __init__(self, dilation, scale):
        super().__init__()
        self.first, self.last = nn.Conv1d(128, 256, 1), nn.Conv1d(256, 128, 1)
        self.convolution = nn.Conv1d(256, 256, 3, padding=dilation, dilation=dilation, groups=256, bias=False)
        self.one, self.two = (nn.Sequential(nn.PReLU(init=0.1), nn.InstanceNorm1d(256, affine=True)) for _ in range(2))
        self.scale = nn.Parameter(torch.tensor(scale))

    def forward(self, x):
        return x + self.scale * self.last(self.two(self.convolution(self.one(self.first(x)))))


class Separator(nn.Module):
    def __init__(self):
        super().__init__()
        self.gain, self.offset = nn.Parameter(torch.ones(())), nn.Parameter(torch.zeros(()))
        self.enter = nn.Conv1d(BINS, 128, 1)
        self.blocks = nn.Sequential(*[Block(2 ** (at % 8), 0.9 ** at) for at in range(16)])
        self.masks, self.shares = nn.Conv1d(128, SOURCES * BINS, 1), nn.Linear(128, SOURCES)
        self.register_buffer('taper', torch.hann_window(WINDOW).sqrt())

    def forward(self, x):
        spectrum = torch.stft(x, WINDOW, HOP, window=self.taper, return_complex=True)
        features = self.blocks(self.enter(F.layer_norm(spectrum.abs(), spectrum.shape[1:]) * self.gain + self.offset))
        masks = torch.sigmoid(self.masks(features)).view(len(x), SOURCES, BINS, -1)
        masked = (masks * spectrum[:, None]).flatten(0, 1)
        sources = torch.istft(masked, WINDOW, HOP, window=self.taper, length=x.shape[1]).view(len(x), SOURCES, -1)
        shares = torch.softmax(self.shares(features.mean(2)), 1)
        return sources + shares[:, :, None] * (x[:, None] - sources.sum(1, keepdim=True))


ways = torch.tensor(list(itertools.product([0.0, 1.0], repeat=SOURCES)))
alone = ways.sum(1) == 1  # one source makes the first mixture
ways = torch.stack([ways, 1 - ways], 1)


def ratio(error, energy):
    return 10 * torch.log10(error / energy + 1e-3)


def mixit(sources, references):
    """Mean over [batch, 2] references. Where the second is silent, one source alone has to be the first, the others silent."""
    energy = references.square().sum(2)
    silent = energy[:, 1] == 0
    scale = torch.where(energy > 0, energy, energy.sum(1, keepdim=True))
    with torch.no_grad():
        among = sources @ sources.transpose(1, 2)
        cross = references @ sources.transpose(1, 2)
        error = energy[:, None] - 2 * torch.einsum('wrm,nrm->nwr', ways, cross)
        error = error + torch.einsum('wri,nij,wrj->nwr', ways, among, ways)
        fit = ratio(error.clamp(min=0), scale[:, None])
        single = fit[:, :, 0].masked_fill(~alone, torch.inf)
        chosen = ways[torch.where(silent[:, None], single, fit.sum(2)).argmin(1)]
    together = (references - chosen @ sources).square().sum(2)
    apart = (chosen @ sources.square().sum(2, keepdim=True))[:, :, 0]
    return ratio(torch.where(energy > 0, together, apart), scale).mean()
