using Llamax.Corpus.Packing;
using Llamax.Testing;
using Llamax.Text.Tokenization;

namespace Llamax.Corpus.Tests.Packing;

public sealed class RealTokenizerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Llamas_tokenizer_packs_pairs_with_one_space_and_text_with_its_line_ends()
    {
        var tokenizer = TokenizerFile.Load(Goldens.DataPath("llama2-tokenizer", "tokenizer.model"));
        TrainingEntry[] entries =
        [
            new(EntryKind.Parallel, "en", "zh", [new("A dog runs.", true), new("一只狗在跑。", true)], "t:1"),
            new(EntryKind.Augmented, "en", "de", [new("a chien runs.", false), new("Ein Hund läuft.", true)], "t:2"),
            new(EntryKind.Monolingual, "ha", "", [new("Kare yana gudu.", true)], "t:3"),
            new(EntryKind.Monolingual, "ha", "", [new("Yana da sauri.", true)], "t:4"),
        ];
        var manifest = new PackedCorpusWriter(tokenizer, new() { BlockLength = 128 }).Write(_folder.Path, "train", entries);
        Assert.Equal((32_000, 1), (manifest.VocabularySize, manifest.Blocks));

        using var corpus = PackedCorpus.Open(_folder["train.index"]);
        var block = new PackedBlock(corpus.BlockLength);
        corpus.Read(0, block);
        int[] Tokens(int number) => block.Tokens.AsSpan(block.Documents[number].Start, block.Documents[number].Length).ToArray();
        Assert.Equal([tokenizer.BosId!.Value, .. tokenizer.Encode("A dog runs. 一只狗在跑。"), tokenizer.EosId!.Value], Tokens(0));
        Assert.Equal("a chien runs. Ein Hund läuft.", tokenizer.Decode(Tokens(1)));
        Assert.Equal("Kare yana gudu.\nYana da sauri.", tokenizer.Decode(Tokens(2)));
        var learnt = Tokens(1).Where((_, i) => block.Loss[block.Documents[1].Start + i]).ToArray();
        Assert.Equal([.. tokenizer.Encode("Ein Hund läuft."), tokenizer.EosId.Value], learnt);
    }
}
