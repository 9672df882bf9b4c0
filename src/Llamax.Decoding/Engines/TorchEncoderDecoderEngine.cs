using Llamax.Models.EncoderDecoder;

namespace Llamax.Decoding.Engines;

/// <summary>
/// An encoder-decoder computed by libtorch. A prompt is the source sentence, which is encoded once for all its hypotheses; these begin
/// behind the model's start token.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="ownsModel">Whether disposing the engine disposes the model.</param>
public sealed class TorchEncoderDecoderEngine(EncoderDecoderModel model, bool ownsModel) : IDecoderEngine
{
    public int VocabularySize => model.Config.VocabularySize;

    public int MaxLength => model.Config.MaxPositions;

    /// <summary>Source and translation do not share positions; the start token takes one of the latter's.</summary>
    public int MostNewTokens(int promptTokens) => promptTokens > MaxLength ? 0 : MaxLength - 1;

    public IDecoderSession Open() => new TorchDecoderSession(model);

    public void Dispose()
    {
        if (ownsModel)
            model.Dispose();
    }
}
