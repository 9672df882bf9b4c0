using Llamax.Models.Causal;

namespace Llamax.Decoding.Engines;

/// <summary>A decoder-only model computed by libtorch in the type and on the device that it was loaded with.</summary>
/// <param name="model">The model.</param>
/// <param name="ownsModel">Whether disposing the engine disposes the model.</param>
public sealed class TorchDecoderEngine(CausalModel model, bool ownsModel) : IDecoderEngine
{
    public int VocabularySize => model.Config.VocabularySize;

    public int MaxLength => model.Config.MaxPositions;

    public IDecoderSession Open() => new TorchDecoderSession(model);

    public void Dispose()
    {
        if (ownsModel)
            model.Dispose();
    }
}
