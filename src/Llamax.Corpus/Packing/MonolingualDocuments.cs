using System.Text;

namespace Llamax.Corpus.Packing;

/// <summary>Monolingual lines to documents: consecutive lines of one language, one under the other.</summary>
internal static class MonolingualDocuments
{
    public static IEnumerable<TrainingEntry> Join(IEnumerable<TrainingEntry> entries, int length)
    {
        TrainingEntry? first = null;
        var text = new StringBuilder();
        foreach (var entry in entries)
        {
            var isLine = entry is { Kind: EntryKind.Monolingual, Segments: [{ HasLoss: true }] };
            if (first is not null && (!isLine || entry.Source != first.Source || text.Length >= length))
            {
                yield return first with { Segments = [new(text.ToString(), true)] };
                first = null;
            }

            if (!isLine)
            {
                yield return entry;
                continue;
            }

            if (first is null)
                text.Clear();
            else
                text.Append('\n');
            first ??= entry;
            text.Append(entry.Segments[0].Text);
        }

        if (first is not null)
            yield return first with { Segments = [new(text.ToString(), true)] };
    }
}
