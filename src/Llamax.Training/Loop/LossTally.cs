using System.Text.Json.Serialization;
using Llamax.Corpus.Packing;

namespace Llamax.Training.Loop;

/// <summary>Losses summed by a name, kept in a checkpoint so that a resumed run reports the same averages.</summary>
[JsonObjectCreationHandling(JsonObjectCreationHandling.Populate)]
internal sealed class LossTally
{
    /// <summary>By <see cref="Corpus.EntryKind"/>, lower-case.</summary>
    public SortedDictionary<string, LossSum> Kinds { get; } = new(StringComparer.Ordinal);

    /// <summary>By the paper code of the language that is learnt: the target where there is one, else the source.</summary>
    public SortedDictionary<string, LossSum> Languages { get; } = new(StringComparer.Ordinal);

    /// <summary>Adds the losses of a micro-batch; tokens outside of every document that the blocks name are not counted.</summary>
    /// <param name="blocks">The blocks of the micro-batch.</param>
    /// <param name="places">Where the learnt tokens stand, ascending, over all blocks.</param>
    /// <param name="losses">Their losses.</param>
    public void Add(ReadOnlySpan<PackedBlock> blocks, ReadOnlySpan<int> places, ReadOnlySpan<float> losses)
    {
        var next = 0;
        for (var b = 0; b < blocks.Length; b++)
        {
            var origin = b * blocks[b].Tokens.Length;
            foreach (var document in blocks[b].Documents)
            {
                var (start, end) = (origin + document.Start, origin + document.Start + document.Length);
                while (next < places.Length && places[next] < start)
                    next++;
                var first = next;
                double sum = 0;
                for (; next < places.Length && places[next] < end; next++)
                    sum += losses[next];
                if (next == first)
                    continue;
                Add(Kinds, document.Kind.ToString().ToLowerInvariant(), sum, next - first);
                Add(Languages, document.Target.Length > 0 ? document.Target : document.Source, sum, next - first);
            }
        }
    }

    public void Clear()
    {
        Kinds.Clear();
        Languages.Clear();
    }

    private static void Add(SortedDictionary<string, LossSum> sums, string name, double loss, long tokens)
    {
        var before = sums.GetValueOrDefault(name);
        sums[name] = new LossSum(before.Loss + loss, before.Tokens + tokens);
    }
}

/// <summary>Summed loss and how many tokens it is over.</summary>
internal readonly record struct LossSum(double Loss, long Tokens);
