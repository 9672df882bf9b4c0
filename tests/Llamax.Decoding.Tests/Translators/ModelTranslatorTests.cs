using Llamax.Decoding.Prompts;
using Llamax.Decoding.Translators;
using Llamax.Models.Causal;
using Llamax.Runs;
using Llamax.Testing;
using Llamax.Text.Tokenization;
using static TorchSharp.torch;

namespace Llamax.Decoding.Tests.Translators;

/// <summary>Folders on disk, with weights drawn at random and a real tokenizer of 512 pieces.</summary>
public sealed class ModelTranslatorTests : IDisposable
{
    private static readonly string[] Texts = ["One sentence.", "", "Another, rather longer sentence.", "Three"];

    private readonly string _folder = Directory.CreateTempSubdirectory("llamax-model").FullName;

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void A_folder_translates_alike_whether_texts_come_alone_or_together(int beams)
    {
        WriteModel();
        new TranslationProfile { Template = PromptTemplate.Compact, Search = new() { Beams = beams, MaxNewTokens = 8 } }.Save(_folder);
        using var translator = ModelTranslator.Open(_folder, new() { Threads = 1 });
        var together = translator.Translate([.. Texts.Select(Request)], Now).ToList();
        var alone = Texts.Select(text => translator.Translate([Request(text)], Now).Single()).ToList();
        Assert.Equal(Texts, together.Select(t => t.Request.Text));
        for (var i = 0; i < Texts.Length; i++)
            Assert.Equal(alone[i].Candidates[0].Score, together[i].Candidates[0].Score, 1e-3);
        Assert.Equal("", together[1].Text);
        Assert.NotEqual("", together[0].Text);
    }

    [Fact]
    public void Search_options_of_the_call_win_over_the_folder_s()
    {
        WriteModel();
        new TranslationProfile { Template = PromptTemplate.Compact, Search = new() { MaxNewTokens = 8 } }.Save(_folder);
        using var translator = ModelTranslator.Open(_folder, new() { Search = new() { Beams = 3, NBest = 3, MaxNewTokens = 2 } });
        Assert.InRange(translator.Translate([Request("x")], Now).Single().Candidates.Count, 1, 3);
    }

    [Fact]
    public void A_folder_without_tokenizer_says_which_files_it_may_have()
    {
        WriteModel();
        File.Delete(Path.Combine(_folder, "tokenizer.model"));
        var failure = Assert.Throws<RequestException>(() => ModelTranslator.Open(_folder));
        Assert.Contains("a folder without a tokenizer", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tokenizer_larger_than_the_model_is_refused()
    {
        WriteModel(fewer: 1);
        var failure = Assert.Throws<RequestException>(() => ModelTranslator.Open(_folder));
        Assert.Contains("the model only", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_folder_and_wrong_options_are_refused()
    {
        Assert.Throws<RequestException>(() => ModelTranslator.Open(Path.Combine(_folder, "none")));
        var wrong = new ModelTranslatorOptions { Type = "int3", Threads = -1, Search = new() { Beams = 0 } };
        var failure = Assert.Throws<RequestException>(() => ModelTranslator.Open(_folder, wrong));
        Assert.Contains("type = int3", failure.Message, StringComparison.Ordinal);
        Assert.Contains("threads = -1", failure.Message, StringComparison.Ordinal);
        Assert.Contains("beams = 0", failure.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    private static TranslationRequest Request(string text) => new(text, "en", "de");

    private void WriteModel(int fewer = 0)
    {
        var tokenizer = Goldens.DataPath("tinyllama-stories260K", "tok512.model");
        File.WriteAllBytes(Path.Combine(_folder, "tokenizer.model"), File.ReadAllBytes(tokenizer));
        var config = new CausalConfig
        {
            HiddenSize = 16,
            IntermediateSize = 24,
            Layers = 1,
            Heads = 2,
            KeyValueHeads = 1,
            HeadSize = 8,
            VocabularySize = TokenizerFile.Load(tokenizer).VocabularySize - fewer,
            MaxPositions = 128,
        };
        using var model = new CausalModel(config, ScalarType.Float32, CPU);
        model.Initialize(seed: 7);
        model.Save(_folder);
    }
}
