using Llamax.Text.Tokenization;

namespace Llamax.Decoding.Search;

/// <summary>Ends an answer as soon as its text has one of some texts in it, however tokens cut them (Hugging Face's stop_strings).</summary>
/// <param name="tokenizer">Reads the answer.</param>
/// <param name="stops">None is empty.</param>
public sealed class StopTexts(ITokenizer tokenizer, IReadOnlyList<string> stops)
{
    // A character is at most four tokens of one byte; a space in front of the first token may get lost, so one token more is read.
    private readonly int _tokens = stops.Count == 0 ? 0 : (4 * stops.Max(stop => stop.Length)) + 1;

    /// <summary>The rule for <see cref="BatchedSearch"/>; null where there are no texts.</summary>
    public StopRule? Rule => stops.Count == 0 ? null : EndsWithOne;

    private bool EndsWithOne(ReadOnlySpan<int> answer)
    {
        // Earlier ones would have ended the answer already, so only its last tokens matter. Ids beyond the vocabulary say nothing.
        var read = new List<int>(_tokens);
        for (var i = answer.Length - 1; i >= 0 && read.Count < _tokens; i--)
            if (answer[i] < tokenizer.VocabularySize)
                read.Insert(0, answer[i]);
        var text = tokenizer.Decode([.. read]);
        foreach (var stop in stops)
            if (text.Contains(stop, StringComparison.Ordinal))
                return true;
        return false;
    }
}
