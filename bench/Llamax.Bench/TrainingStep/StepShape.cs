using Llamax.Corpus.Packing;
using Llamax.Models.Causal;
using Llamax.Runs;

namespace Llamax.Bench.TrainingStep;

/// <summary>A model and the blocks of one step.</summary>
/// <param name="Config">The model.</param>
/// <param name="Blocks">Blocks of a step.</param>
/// <param name="BlockLength">Tokens of a block.</param>
internal sealed record StepShape(CausalConfig Config, int Blocks, int BlockLength = 512)
{
    public static StepShape Small { get; } = new(Llama(8192, 320, 864, 6, 10, 2), 2);

    public static StepShape Large { get; } = new(Llama(16000, 768, 2048, 12, 12, 4), 1);

    /// <summary>Llama 3's vocabulary over a small body: the logits are most of a plain step's memory.</summary>
    public static StepShape WideVocabulary { get; } = new(Llama(128256, 256, 704, 8, 4, 4), 4);

    /// <summary>Drawn blocks, of some documents each; every token is learnt, or the last part of each document.</summary>
    public PackedBlock[] Corpus(int documents, int learnEvery)
    {
        var draws = new Draws(1, "bench corpus");
        return [.. Enumerable.Range(0, Blocks).Select(b =>
        {
            var block = new PackedBlock(BlockLength);
            for (var i = 0; i < BlockLength; i++)
            {
                block.Tokens[i] = draws.Below(Config.VocabularySize, (b * BlockLength) + i);
                (block.Segments[i], block.Positions[i]) = Math.DivRem(i, BlockLength / documents);
                block.Loss[i] = block.Positions[i] > 0 && (learnEvery == 1 || block.Positions[i] >= BlockLength / documents / learnEvery);
            }

            return block;
        })];
    }

    private static CausalConfig Llama(int vocabulary, int hidden, int wide, int layers, int heads, int keyValueHeads) => new()
    {
        VocabularySize = vocabulary,
        HiddenSize = hidden,
        IntermediateSize = wide,
        Layers = layers,
        Heads = heads,
        KeyValueHeads = keyValueHeads,
        HeadSize = hidden / heads,
        MaxPositions = 512,
    };
}
