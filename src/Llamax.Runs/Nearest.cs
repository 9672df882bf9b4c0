namespace Llamax.Runs;

/// <summary>The known names nearest to an unknown one, for messages that mend.</summary>
public static class Nearest
{
    /// <summary>
    /// At most <paramref name="count"/> of <paramref name="known"/>, nearest first (edit distance without case, then order given).
    /// </summary>
    public static IReadOnlyList<string> To(string unknown, IEnumerable<string> known, int count = 3) =>
        [.. known.Distinct(StringComparer.Ordinal)
            .Select((name, order) => (name, order, distance: Distance(unknown, name)))
            .OrderBy(x => x.distance).ThenBy(x => x.order)
            .Take(count).Select(x => x.name)];

    /// <summary>Insertions, deletions and replacements of UTF-16 units that turn one name into the other, case ignored.</summary>
    public static int Distance(string one, string other)
    {
        var (a, b) = (one.ToLowerInvariant(), other.ToLowerInvariant());
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
