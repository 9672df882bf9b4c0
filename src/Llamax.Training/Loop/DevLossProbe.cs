using Llamax.Corpus.Packing;
using Llamax.Models.Causal;
using Llamax.Training.Objectives;

namespace Llamax.Training.Loop;

/// <summary>
/// Loss per token (natural logarithm) and perplexity over a corpus that is not trained on: as a whole, and by kind and by language, so
/// that one that gets worse is seen.
/// </summary>
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
        var tally = new LossTally();
        for (var i = 0; i < count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            corpus.Read(i, block[0]);
            using var batch = MicroBatch.From(block, model.Config, model.Device);
            var losses = NextTokenLoss.Losses(model, batch);
            foreach (var loss in losses)
                sum += loss;
            tokens += losses.Length;
            if (Array.TrueForAll(losses, float.IsFinite))
                tally.Add(block, batch.TargetPlaces, losses);
        }

        var values = new Dictionary<string, double> { ["tokens"] = tokens };
        if (tokens == 0)
            return values;
        (values["loss"], values["perplexity"]) = (sum / tokens, Math.Exp(sum / tokens));
        foreach (var (kind, losses) in tally.Kinds)
            values[$"loss/kinds/{kind}"] = losses.Mean;
        foreach (var (language, losses) in tally.Languages)
            values[$"loss/languages/{language}"] = losses.Mean;
        return values;
    }
}
