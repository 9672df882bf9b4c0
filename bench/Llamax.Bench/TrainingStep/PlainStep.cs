using Llamax.Corpus.Packing;
using Llamax.Training.Objectives;
using Llamax.Training.Optimizers;
using static TorchSharp.torch;

namespace Llamax.Bench.TrainingStep;

/// <summary>A step of <see cref="PlainLlama"/>, as one writes it first.</summary>
internal static class PlainStep
{
    /// <returns>The loss.</returns>
    public static double Take(PlainLlama model, optim.Optimizer optimizer, PackedBlock[] blocks, AdamWOptions options)
    {
        using var scope = NewDisposeScope();
        var length = blocks[0].Tokens.Length;
        var labels = Labels(blocks);
        var segments = new int[blocks.Length, length];
        var (tokens, positions) = (new long[blocks.Length, length], new long[blocks.Length, length]);
        for (var b = 0; b < blocks.Length; b++)
            for (var i = 0; i < length; i++)
                (tokens[b, i], positions[b, i], segments[b, i]) = (blocks[b].Tokens[i], blocks[b].Positions[i], blocks[b].Segments[i]);
        optimizer.zero_grad();
        var logits = model.forward(tensor(tokens), tensor(positions), MicroBatch.Visibility(tensor(segments), null));
        var loss = nn.functional.cross_entropy(logits.flatten(0, 1), tensor(labels).view(-1), ignore_index: -100);
        loss.backward();
        nn.utils.clip_grad_norm_(model.parameters(), options.ClipNorm);
        optimizer.step();
        return loss.item<float>();
    }

    /// <summary>What every position predicts; −100 where nothing is learnt.</summary>
    public static long[,] Labels(PackedBlock[] blocks)
    {
        var length = blocks[0].Tokens.Length;
        var labels = new long[blocks.Length, length];
        for (var b = 0; b < blocks.Length; b++)
            for (var i = 0; i < length; i++)
                labels[b, i] = i + 1 < length && blocks[b].Loss[i + 1] ? blocks[b].Tokens[i + 1] : -100;
        return labels;
    }
}
