namespace Llamax.Text.Segmentation;

/// <summary>Cuts text into words as a language has them. Implementations are safe to use from many threads.</summary>
public interface IWordSegmenter
{
    /// <summary>What cuts, with its version, for manifests: <c>spaces</c>, <c>jieba 0.42</c>, <c>ICU 72</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Appends where each part of <paramref name="text"/> ends, in UTF-16 units. Parts follow each other without gaps: words, and what
    /// stands between them (punctuation, spaces).
    /// </summary>
    void Segment(string text, List<int> ends);

    /// <summary>The parts themselves; joined they are <paramref name="text"/>.</summary>
    IReadOnlyList<string> Segment(string text)
    {
        var ends = new List<int>();
        Segment(text, ends);
        var parts = new string[ends.Count];
        for (var (i, start) = (0, 0); i < parts.Length; start = ends[i++])
            parts[i] = text[start..ends[i]];
        return parts;
    }
}
