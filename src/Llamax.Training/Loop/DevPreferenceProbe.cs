using Llamax.Corpus.Packing;
using Llamax.Models.Causal;
using Llamax.Training.Objectives;

namespace Llamax.Training.Loop;

/// <summary>
/// What a model prefers among pairs that are not trained on: <c>accuracy</c>, the share whose better answer is the more probable one,
/// <c>margin</c>, the mean of log p(better) − log p(worse), and <c>loss</c>, per token of the better answers (natural logarithm).
/// </summary>
/// <param name="name">Names the values in the log.</param>
/// <param name="corpus">The held-out pairs; the caller disposes it.</param>
public sealed class DevPreferenceProbe(string name, IPackedCorpus corpus) : IValidationProbe
{
    public string Name => name;

    public IReadOnlyDictionary<string, double> Measure(CausalModel model, int step, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(model);
        var block = new PackedBlock(corpus.BlockLength);
        var (pairs, right, margin, loss, tokens) = (0L, 0L, 0.0, 0.0, 0L);
        for (var i = 0; i < corpus.BlockCount; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            corpus.Read(i, block);
            foreach (var scored in PreferencePair.Score(model, block))
            {
                pairs++;
                right += scored.LogRatio > 0 ? 1 : 0;
                margin += scored.LogRatio;
                loss -= scored.Better;
                tokens += scored.Pair.BetterTokens(block);
            }
        }

        return pairs == 0 ? new Dictionary<string, double> { ["pairs"] = 0 } : new Dictionary<string, double>
        {
            ["pairs"] = pairs,
            ["accuracy"] = (double)right / pairs,
            ["margin"] = margin / pairs,
            ["loss"] = loss / tokens,
        };
    }
}
