using System.Text;

namespace Llamax.Corpus.Packing;

/// <summary>An entry to be packed, and how many entries of the built set it stands for.</summary>
internal readonly record struct JoinedEntry(TrainingEntry Entry, int Lines);

/// <summary>Monolingual lines to documents: consecutive lines of one language, one under the other.</summary>
internal static class MonolingualDocuments
{
    public static IEnumerable<JoinedEntry> Join(IEnumerable<TrainingEntry> entries, int length)
    {
        TrainingEntry? first = null;
        var lines = 0;
        var text = new StringBuilder();
        foreach (var entry in entries)
        {
            var isLine = entry is { Kind: EntryKind.Monolingual, Segments: [{ HasLoss: true }] };
            if (first is not null && (!isLine || entry.Source != first.Source || text.Length >= length))
            {
                yield return new(first with { Segments = [new(text.ToString(), true)] }, lines);
                first = null;
            }

            if (!isLine)
            {
                yield return new(entry, 1);
                continue;
            }

            if (first is null)
                (_, lines) = (text.Clear(), 0);
            else
                text.Append('\n');
            first ??= entry;
            lines++;
            text.Append(entry.Segments[0].Text);
        }

        if (first is not null)
            yield return new(first with { Segments = [new(text.ToString(), true)] }, lines);
    }
}
