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
                while (next < places.Length && places[next] < end)
                    next++;
                if (next == first)
                    continue;
                var sum = LossSum.Of(losses[first..next]);
                Add(Kinds, document.Kind.ToString().ToLowerInvariant(), sum);
                Add(Languages, document.Target.Length > 0 ? document.Target : document.Source, sum);
            }
        }
    }

    /// <summary>Adds what another rank has counted.</summary>
    public void Add(LossTally other)
    {
        foreach (var (name, sum) in other.Kinds)
            Add(Kinds, name, sum);
        foreach (var (name, sum) in other.Languages)
            Add(Languages, name, sum);
    }

    public void Clear()
    {
        Kinds.Clear();
        Languages.Clear();
    }

    private static void Add(SortedDictionary<string, LossSum> sums, string name, LossSum sum) =>
        sums[name] = sums.GetValueOrDefault(name) + sum;
}
