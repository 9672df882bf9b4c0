using Llamax.Corpus.Packing;
using Llamax.Models.Causal;
using Llamax.Training.Objectives;

namespace Llamax.Training.Loop;

/// <summary>Loss per token (natural logarithm) and perplexity over a corpus that is not trained on.</summary>
/// <param name="name">Names the values in the log.</param>
/// <param name="corpus">The held-out blocks; the caller disposes it.</param>
/// <param name="maxBlocks">At most so many blocks, from the first; 0 = all.</param>
public sealed class DevLossProbe(string name, IPackedCorpus corpus, int maxBlocks = 0) : IValidationProbe
{
    public string Name => name;

    public IReadOnlyDictionary<string, double> Measure(CausalModel model, int step, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(model);
        PackedBlock[] block = [new PackedBlock(corpus.BlockLength)];
        var count = maxBlocks > 0 ? Math.Min(maxBlocks, corpus.BlockCount) : corpus.BlockCount;
        var (sum, tokens) = (0.0, 0L);
        for (var i = 0; i < count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            corpus.Read(i, block[0]);
            using var batch = MicroBatch.From(block, model.Config, model.Device);
            foreach (var loss in NextTokenLoss.Losses(model, batch))
                sum += loss;
            tokens += batch.TargetPlaces.Length;
        }

        if (tokens == 0)
            return new Dictionary<string, double> { ["tokens"] = 0 };
        return new Dictionary<string, double> { ["loss"] = sum / tokens, ["perplexity"] = Math.Exp(sum / tokens), ["tokens"] = tokens };
    }
}
