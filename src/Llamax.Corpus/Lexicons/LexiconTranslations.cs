namespace Llamax.Corpus.Lexicons;

/// <summary>
/// The translations of every entity, sorted by language and then by first appearance, each once; and how far the sources agree.
/// </summary>
internal sealed class LexiconTranslations
{
    private const int Examples = 10;

    // A translation while it is sorted: rank of its language (16 bits), entity (32), source (16).
    private readonly ulong[] _all;
    private readonly int[] _starts;
    private readonly int[] _ends;

    /// <param name="builder">All entries.</param>
    /// <param name="rankOf">By place in the builder's languages: the rank of the language by its code.</param>
    public LexiconTranslations(LexiconBuilder builder, int[] rankOf)
    {
        var entities = builder.Texts.Count;
        _starts = new int[entities + 1];
        foreach (var (from, to, _) in builder.Edges)
        {
            _starts[from + 1]++;
            _starts[to + 1]++;
        }

        for (var i = 1; i <= entities; i++)
            _starts[i] += _starts[i - 1];
        _ends = _starts[..^1];
        _all = new ulong[checked(builder.Edges.Count * 2)];
        foreach (var (from, to, source) in builder.Edges)
        {
            _all[_ends[from]++] = Key(to, source);
            _all[_ends[to]++] = Key(from, source);
        }

        for (var entity = 0; entity < entities; entity++)
        {
            var own = _all.AsSpan(_starts[entity].._ends[entity]);
            own.Sort();
            Compare(builder, entity, own);
            _ends[entity] = _starts[entity] + Distinct(own);
        }

        ulong Key(int entity, ushort source) =>
            ((ulong)rankOf[builder.LanguageOf[entity]] << 48) | ((ulong)(uint)entity << 16) | source;
    }

    /// <summary>Words that several sources translate into one language, at least two of them alike.</summary>
    public long Agreements { get; private set; }

    /// <summary>Words that several sources translate into one language, each otherwise.</summary>
    public long Conflicts { get; private set; }

    /// <summary>The first conflicts: the word, and what the first two sources that differ say.</summary>
    public List<(int Word, int First, ushort FirstSource, int Second, ushort SecondSource)> ConflictExamples { get; } = [];

    /// <summary>Translations in all: twice the entries.</summary>
    public long Count { get; private set; }

    public ReadOnlySpan<ulong> Of(int entity) => _all.AsSpan(_starts[entity].._ends[entity]);

    public static int Language(ulong translation) => (int)(translation >> 48);

    public static int Entity(ulong translation) => (int)(uint)(translation >> 16);

    private static ushort Source(ulong translation) => (ushort)translation;

    /// <summary>Compares the sources, language by language.</summary>
    private void Compare(LexiconBuilder builder, int entity, ReadOnlySpan<ulong> own)
    {
        for (var start = 0; start < own.Length;)
        {
            var (end, other, areAlike) = (start + 1, 0, false);
            for (; end < own.Length && Language(own[end]) == Language(own[start]); end++)
            {
                if (other == 0 && Source(own[end]) != Source(own[start]))
                    other = end;
                areAlike |= Entity(own[end]) == Entity(own[end - 1]) && Source(own[end]) != Source(own[end - 1]);
            }

            if (areAlike)
                Agreements++;
            else if (other > 0)
            {
                Conflicts++;
                if (ConflictExamples.Count < Examples)
                    ConflictExamples.Add((entity, Entity(own[start]), Source(own[start]), Entity(own[other]), Source(own[other])));
            }

            start = end;
        }
    }

    private int Distinct(Span<ulong> sorted)
    {
        var count = 0;
        foreach (var translation in sorted)
            if (count == 0 || Entity(sorted[count - 1]) != Entity(translation))
                sorted[count++] = translation;
        Count += count;
        return count;
    }
}
