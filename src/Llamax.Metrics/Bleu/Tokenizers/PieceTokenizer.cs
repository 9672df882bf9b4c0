using Llamax.Text.Tokenization;

namespace Llamax.Metrics.Bleu.Tokenizers;

/// <summary>
/// The pieces of a SentencePiece model, which makes BLEU comparable across scripts: spBLEU. With the flores101 model it is the
/// metric of the paper; with any other model the scores cannot be compared with the paper's.
/// </summary>
/// <param name="name">What stands behind <c>tok:</c>: <c>flores101</c>, <c>flores200</c>, or the file name of another model.</param>
/// <param name="tokenizer">The model.</param>
public sealed class PieceTokenizer(string name, ITokenizer tokenizer) : IBleuTokenizer
{
    // The signature is a list of key:value parts, and a file name must not break it.
    public string Name { get; } = name.Replace('|', '_').Replace(':', '_');

    public string Fingerprint => tokenizer.Fingerprint;

    public string Tokenize(string line) => string.Join(' ', tokenizer.EncodePieces(line));
}
