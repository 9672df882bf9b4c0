namespace Llamax.Corpus.Lexicons;

/// <summary>A place of a text: a known word or phrase, or the next word that is not known.</summary>
/// <param name="Start">UTF-16 units from the start of the text.</param>
/// <param name="CoreStart">Where the punctuation in front ends.</param>
/// <param name="CoreEnd">Where the punctuation behind begins.</param>
/// <param name="End">Behind the last unit.</param>
/// <param name="Entity">The entity between core start and core end; −1 when the lexicon has none.</param>
internal readonly record struct LexiconMatch(int Start, int CoreStart, int CoreEnd, int End, int Entity);

/// <summary>
/// Goes through a lower-case text from left to right and looks every word up; the longest known phrase wins. Punctuation at the edge of
/// a word does not hinder the match. Allocates nothing.
/// </summary>
internal ref struct LexiconWalk
{
    private readonly MultilingualLexicon _lexicon;
    private readonly int _language;
    private readonly int _longestText;
    private readonly ReadOnlySpan<char> _text;
    private readonly ReadOnlySpan<int> _ends;
    private readonly int _gap;
    private readonly int _longestPhrase;
    private int _word;
    private int _next;

    /// <summary>Word by word.</summary>
    /// <param name="lexicon">Is asked.</param>
    /// <param name="language">The text's rank there; −1 when the lexicon has none of it.</param>
    /// <param name="text">Lower case.</param>
    /// <param name="ends">Where each word ends.</param>
    /// <param name="gap">Units between words: 1 where one space divides them, 0 where they follow each other.</param>
    /// <param name="longestPhrase">Words that are looked up together at most.</param>
    public LexiconWalk(
        MultilingualLexicon lexicon, int language, ReadOnlySpan<char> text, ReadOnlySpan<int> ends, int gap, int longestPhrase)
    {
        (_lexicon, _language, _gap) = (lexicon, language, gap);
        _text = text;
        _ends = ends;
        var known = language < 0 ? default : lexicon.Language(language);
        _longestText = known.LongestText;
        _longestPhrase = gap == 0 ? longestPhrase : Math.Max(1, Math.Min(longestPhrase, known.LongestPhrase));
    }

    /// <summary>Longest match against the lexicon itself, for text without spaces.</summary>
    public LexiconWalk(MultilingualLexicon lexicon, int language, ReadOnlySpan<char> text)
        : this(lexicon, language, text, [], gap: -1, longestPhrase: 1)
    {
    }

    public LexiconMatch Current { get; private set; }

    public readonly LexiconWalk GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_gap < 0 ? _next >= _text.Length : _word >= _ends.Length)
            return false;
        Current = _gap < 0 ? LongestEntity() : LongestPhrase();
        _next = Current.End + Math.Max(_gap, 0);
        return true;
    }

    private LexiconMatch LongestPhrase()
    {
        var start = _next;
        var word = default(LexiconMatch);
        for (var words = Math.Min(_longestPhrase, _ends.Length - _word); words > 0; words--)
        {
            var end = _ends[_word + words - 1];
            var (coreStart, coreEnd) = WithoutEdgePunctuation(start, end);
            word = new(start, coreStart, coreEnd, end, -1);
            if (coreEnd - coreStart > _longestText)
                continue;
            var entity = Find(start, end);
            if (entity >= 0)
                (coreStart, coreEnd) = (start, end);
            else if (coreEnd > coreStart && coreEnd - coreStart < end - start)
                entity = Find(coreStart, coreEnd);
            if (entity < 0)
                continue;
            _word += words;
            return new(start, coreStart, coreEnd, end, entity);
        }

        _word++;
        return word;
    }

    private LexiconMatch LongestEntity()
    {
        for (var end = Math.Min(_text.Length, _next + _longestText); end > _next; end--)
            if (UnspacedText.MayDivide(_text, end) && Find(_next, end) is var entity and >= 0)
                return new(_next, _next, end, end, entity);

        var next = _next + 1;
        while (!UnspacedText.MayDivide(_text, next))
            next++;
        return new(_next, _next, next, next, -1);
    }

    private readonly int Find(int start, int end) =>
        end - start > _longestText ? -1 : _lexicon.Find(_language, _text[start..end]);

    private readonly (int Start, int End) WithoutEdgePunctuation(int start, int end)
    {
        while (start < end && IsPunctuation(_text[start]))
            start++;
        while (end > start && IsPunctuation(_text[end - 1]))
            end--;
        return (start, end);

        static bool IsPunctuation(char unit) => char.IsPunctuation(unit) || char.IsSymbol(unit);
    }
}
