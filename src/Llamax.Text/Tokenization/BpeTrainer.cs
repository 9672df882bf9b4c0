using Llamax.Runs;
using Llamax.Runs.Progress;

namespace Llamax.Text.Tokenization;

/// <summary>
/// Trains a byte-pair vocabulary (Sennrich et al. 2016) in LLaMA-2's layout: &lt;unk&gt; = 0, &lt;s&gt; = 1, &lt;/s&gt; = 2, the 256 bytes,
/// the merged pieces in the order in which they were found, then the single characters, the most frequent first.
/// Pieces stay within words: a ▁ stands only at their beginning, and letters, digits and other signs never share a piece.
/// The same lines in any order give the same vocabulary.
/// </summary>
public sealed class BpeTrainer
{
    private readonly BpeTrainerOptions _options;
    private readonly WordCounts _counts;

    /// <exception cref="RequestException">An option breaks its rule.</exception>
    public BpeTrainer(BpeTrainerOptions options)
    {
        OptionProblem.ThrowIfAny("tokenizer", options.Problems());
        _options = options;
        _counts = new(options.SplitDigits);
    }

    /// <summary>Counts the words of a line.</summary>
    /// <param name="line">One line or any longer text.</param>
    /// <param name="count">How often it counts.</param>
    public void Add(string line, long count = 1) => _counts.Add(line, count);

    /// <summary>Learns the merges from all lines that were added.</summary>
    /// <param name="events">Hears how many pieces are found.</param>
    /// <param name="cancellation">Checked at every piece.</param>
    /// <exception cref="RequestException">The text is too small for the vocabulary, or the vocabulary for its characters.</exception>
    public SentencePieceModel Train(IRunEvents events, CancellationToken cancellation = default)
    {
        var alphabet = _counts.Alphabet(_options.CharacterCoverage);
        var wanted = _options.VocabularySize - 259 - alphabet.Count;
        if (wanted < 0)
            throw new RequestException(
                $"{alphabet.Count} characters, 256 bytes and 3 control pieces do not fit into {_options.VocabularySize} pieces",
                "tokenizer", "raise vocabularySize or lower characterCoverage");

        var merges = new PairMerger(alphabet, _counts.Words, _options.MaxPieceLength);
        var pieces = new List<VocabularyPiece>(_options.VocabularySize)
        {
            new("<unk>", 0, PieceType.Unknown), new("<s>", 0, PieceType.Control), new("</s>", 0, PieceType.Control),
        };
        for (var value = 0; value < 256; value++)
            pieces.Add(new VocabularyPiece(Vocabulary.SpellByte(value), 0, PieceType.Byte));
        using (var step = events.Begin("train tokenizer", wanted, "piece"))
        {
            for (var found = 0; found < wanted; found++)
            {
                cancellation.ThrowIfCancellationRequested();
                if (merges.Next() is not { } merge)
                    throw new RequestException(
                        $"the text gives {pieces.Count + alphabet.Count} pieces, {_options.VocabularySize} are wanted", "tokenizer",
                        $"set vocabularySize to {pieces.Count + alphabet.Count} or less, or give more text");
                pieces.Add(new VocabularyPiece(merge.Text, -found, PieceType.Normal));
                step.Advance(1);
            }
        }

        foreach (var character in alphabet)
            pieces.Add(new VocabularyPiece(character.ToString(), 259 - pieces.Count, PieceType.Normal));
        return new SentencePieceModel
        {
            Pieces = [.. pieces],
            Segmentation = SegmentationModel.Bpe,
            ByteFallback = true,
            AddDummyPrefix = true,
            RemoveExtraWhitespaces = false,
            MaxPieceLength = _options.MaxPieceLength,
            SplitDigits = _options.SplitDigits,
            CharacterCoverage = (float)_options.CharacterCoverage,
        };
    }
}
