using Llamax.Text.Tokenization;

namespace Llamax.Corpus.Packing;

/// <summary>
/// The texts that a tokenizer is asked for an entry. SentencePiece models put a space before every text they encode, byte-level ones do not:
/// the space between two sentences is the tokenizer's own in the first case and written out in the second.
/// </summary>
internal sealed class SegmentTexts(ITokenizer tokenizer)
{
    private readonly string _space = tokenizer.Decode([.. tokenizer.Encode("a"), .. tokenizer.Encode("b")]) == "a b" ? "" : " ";

    /// <summary>One for each segment, in order.</summary>
    public IEnumerable<string> Of(TrainingEntry entry)
    {
        for (var i = 0; i < entry.Segments.Count; i++)
            yield return i > 0 && entry.IsJoinedBySpace ? _space + entry.Segments[i].Text : entry.Segments[i].Text;
    }
}
