using System.Text.Json;
using Llamax.Decoding.Exporting;
using Llamax.Models.Causal;
using Llamax.Models.Checkpoints.Gguf;
using Llamax.Models.EncoderDecoder;
using Llamax.Runs;
using Llamax.Testing;
using Llamax.Text.Tokenization;
using static TorchSharp.torch;

namespace Llamax.Decoding.Tests.Exporting;

/// <summary>
/// What Llamax exports is the same model to llama.cpp, whose formulas and readers are another hand's. The files are those of
/// golden/models that llama.cpp has a family for.
/// </summary>
[Trait("Category", "Golden")]
public sealed class LlamaCppAgreementTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static IReadOnlyCollection<ITheoryDataRow> Folders()
    {
        var data = new TheoryData<string>();
        foreach (var file in Goldens.Files("models", "golden.json"))
        {
            using var golden = JsonDocument.Parse(File.ReadAllBytes(file));
            if (golden.RootElement.GetProperty("kind").GetString() == "causal-lm")
                data.Add(Path.GetRelativePath(Goldens.GoldenPath("models"), Path.GetDirectoryName(file)!));
        }

        return Goldens.Cases(data);
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Next_token_probabilities_are_those_of_llama_cpp(string name)
    {
        var folder = Goldens.GoldenPath("models", name);
        using var model = LoadOrSkip(folder);
        var path = _folder["model.gguf"];
        ModelExport.Run(new() { Model = folder, Output = path, Format = "gguf", Type = "f32", Tokenizer = "none" });
        var ids = Sequence(model.Config);
        using var peer = new LlamaCpp(path);
        // llama.cpp's kernels for float32 round differently from libtorch's, the logits of these models are of the order of ten, and its
        // GELU is a table of float16.
        AssertAgree(Ours(model, ids), peer.LogProbabilities(ids), model.Config.Architecture == "GPT2LMHeadModel" ? 2e-2 : 2e-3);

        using var golden = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "golden.json")));
        if (golden.RootElement.TryGetProperty("greedy", out var greedy))
        {
            var story = greedy.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()).ToArray();
            var best = peer.LogProbabilities(story).Select(row => Array.IndexOf(row, row.Max())).ToArray();
            var first = greedy.GetProperty("prompt_ids").GetArrayLength();
            Assert.Equal(story[first..], best[(first - 1)..^1]);
        }
    }

    /// <summary>Every golden encoder-decoder that llama.cpp has a family for.</summary>
    public static IReadOnlyCollection<ITheoryDataRow> EncoderDecoders()
    {
        var data = new TheoryData<string>();
        foreach (var file in Goldens.Files("models", "config.json").Where(EncoderDecoderConfig.Describes))
        {
            var architecture = EncoderDecoderConfig.FromJson(file).Architecture;
            if (GgufFamily.All.Any(family => family.HuggingFace == architecture))
                data.Add(Path.GetRelativePath(Goldens.GoldenPath("models"), Path.GetDirectoryName(file)!));
        }

        return Goldens.Cases(data);
    }

    [Theory]
    [MemberData(nameof(EncoderDecoders))]
    public void Encoder_decoders_mean_the_same_in_llama_cpp(string name)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var folder = Goldens.GoldenPath("models", name);
        using var whole = EncoderDecoderModel.Load(folder);
        var path = _folder["model.gguf"];

        // llama.cpp has no room for more decoder than encoder layers: what is too much is left away.
        using var model = new EncoderDecoderModel(
            whole.Config with { DecoderLayers = Math.Min(whole.Config.DecoderLayers, whole.Config.EncoderLayers) }, ScalarType.Float32, CPU);
        foreach (var parameter in model.Parameters)
            parameter.Value.copy_(whole[parameter.Name]);
        if (model.Config.DecoderLayers < whole.Config.DecoderLayers)
        {
            var refusal = Assert.Throws<RequestException>(
                () => ModelExport.Run(new() { Model = folder, Output = path, Format = "gguf", Tokenizer = "none" }));
            Assert.Contains("decoder layers", refusal.Message, StringComparison.Ordinal);
            folder = _folder["shorter"];
            model.Save(folder);
        }

        ModelExport.Run(new() { Model = folder, Output = path, Format = "gguf", Type = "f32", Tokenizer = "none" });

        // So short that every distance has a bucket of its own: beyond, llama.cpp's constant differs from these models' own.
        int[] source = [17, 40, 99, 3], target = [model.Config.DecoderStartId, 41, 7, 210];
        Tensor Row(int[] ids) => tensor(ids.Select(id => (long)id).ToArray()).unsqueeze(0);
        var logits = model.Project(model.Decode(Row(target), model.Encode(Row(source))))[0].log_softmax(-1);
        float[][] ours = [.. Enumerable.Range(0, target.Length).Select(i => logits[i].data<float>().ToArray())];
        using var peer = new LlamaCpp(path);
        AssertAgree(ours, peer.LogProbabilities(target, source), 2e-2);
    }

    [Theory]
    [InlineData("f16", null, 0.03)]
    [InlineData("bf16", null, 0.2)]
    [InlineData(null, "q8_0", 0.4)]
    [InlineData(null, "q4_k_m", 3)]
    [InlineData(null, "q5_k_m", 2)]
    [InlineData(null, "q6_k", 0.5)]
    public void Quantised_files_mean_the_same_here_and_in_llama_cpp(string? type, string? quantization, double farFromWhole)
    {
        var folder = Goldens.GoldenPath("models", "stories260k");
        var path = _folder["model.gguf"];
        ModelExport.Run(new()
        {
            Model = folder,
            Output = path,
            Format = "gguf",
            Type = type,
            Quantization = quantization,
            Tokenizer = "none",
        });
        Assert.Equal([path], Directory.GetFiles(_folder.Path));
        using var whole = CausalModel.Load(folder);
        using var model = CausalModel.Load(path);
        using var peer = new LlamaCpp(path);
        var ids = Sequence(model.Config);
        var ours = Ours(model, ids);

        // llama.cpp rounds activations to the precision of the weights before it multiplies; Llamax restores the weights to float32.
        AssertAgree(ours, peer.LogProbabilities(ids), Math.Max(0.05, farFromWhole), argmaxToo: false);
        AssertAgree(Ours(whole, ids), ours, farFromWhole, argmaxToo: false);
    }

    [Theory]
    [InlineData("q4_k_m")]
    [InlineData("q5_k_m")]
    [InlineData("q6_k")]
    [InlineData("q4_0")]
    [InlineData("q4_1")]
    [InlineData("q5_0")]
    [InlineData("q5_1")]
    public void Every_type_of_block_that_llama_cpp_writes_is_restored_near_the_weights(string quantization)
    {
        using var scope = NewDisposeScope();
        // Rows of 256, so that the K types are not replaced by smaller ones.
        var config = new CausalConfig
        {
            HiddenSize = 256,
            IntermediateSize = 512,
            Layers = 1,
            Heads = 4,
            KeyValueHeads = 2,
            HeadSize = 64,
            VocabularySize = 300,
        };
        using var model = new CausalModel(config, ScalarType.Float32, CPU);
        model.Initialize(seed: 3);
        model.Save(_folder["model"]);
        var path = _folder["model.gguf"];
        ModelExport.Run(new()
        {
            Model = _folder["model"],
            Output = path,
            Format = "gguf",
            Quantization = quantization,
            Tokenizer = "none",
        });
        using (var file = new GgufFile(path))
            Assert.Contains(file.Entries.Values, entry => quantization.StartsWith(entry.Type.ToString().ToLowerInvariant(), StringComparison.Ordinal));
        using var again = CausalModel.Load(path);
        foreach (var (weight, restored) in model.Parameters.Zip(again.Parameters))
        {
            var error = (weight.Value - restored.Value).norm() / weight.Value.norm();
            Assert.InRange(error.item<float>(), 0, 0.12);   // four bits of a normal distribution: about 0.08
        }
    }

    private static readonly string[] Texts =
    [
        "Once upon a time, there was a little girl named Lily.", "", " ", "  two  spaces ", "Grüße aus Köln", "日本語のテキスト 123", "a\nb\tc",
        "🙂 emoji", "don't DON'T we'll 12345", "नमस्ते दुनिया",
    ];

    [Theory]
    [InlineData("llama2-tokenizer", "tokenizer.model")]
    [InlineData("tokenizers", "llama3")]
    [InlineData("tokenizers", "qwen3")]
    public void Llama_cpp_and_a_folder_that_came_back_from_GGUF_cut_text_as_the_tokenizer_does(params string[] path)
    {
        var tokenizer = Goldens.DataPath(path);
        ModelExport.Run(new() { Model = VocabularyOnly(tokenizer), Output = _folder["hf"], Format = "hf" });
        var (before, after) = (TokenizerFile.Load(tokenizer), TokenizerFile.Load(_folder["hf"]));
        using var peer = new LlamaCpp(_folder["model.gguf"]);
        foreach (var text in Texts)
        {
            Assert.Equal(before.Encode(text), peer.Tokenize(text));
            Assert.Equal(before.Encode(text), after.Encode(text));
            Assert.Equal(text, after.Decode(after.Encode(text)));
        }

        Assert.Equal((before.BosId, before.EosId), (after.BosId, after.EosId));
    }

    [Fact]
    public void A_tokenizer_whose_words_llama_cpp_cuts_otherwise_is_refused()
    {
        var letters = string.Join(", ", Enumerable.Range(0, 256).Select(id => $"{JsonSerializer.Serialize(Letter(id))}: {id}"));
        var path = _folder.Write("tokenizer.json", $$$"""
            {"pre_tokenizer": {"type": "Sequence", "pretokenizers": [
                {"type": "Split", "pattern": {"Regex": "\\p{L}+"}, "behavior": "Isolated", "invert": false},
                {"type": "ByteLevel", "add_prefix_space": false, "use_regex": false}]},
             "model": {"type": "BPE", "vocab": { {{{letters}}} }, "merges": []}}
            """);
        var refusal = Assert.Throws<RequestException>(() => GgufTokenizer.Read(path));
        Assert.Contains("\\p{L}+", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("--tokenizer none", refusal.Mend, StringComparison.Ordinal);
    }

    // GPT-2's letters: printable Latin-1 stands for itself, the others from U+0100 on.
    private static string Letter(int value)
    {
        var isPlain = (int v) => v is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or >= 0xAE;
        return isPlain(value) ? $"{(char)value}" : $"{(char)(0x100 + Enumerable.Range(0, value).Count(v => !isPlain(v)))}";
    }

    // The smallest model around a vocabulary.
    private string VocabularyOnly(string tokenizer)
    {
        var path = _folder["model.gguf"];
        var config = new CausalConfig
        {
            HiddenSize = 8,
            IntermediateSize = 8,
            Layers = 1,
            Heads = 1,
            KeyValueHeads = 1,
            HeadSize = 8,
            VocabularySize = TokenizerFile.Load(tokenizer).VocabularySize + 3,
            TiedHead = true,
        };
        using var model = new CausalModel(config, ScalarType.Float32, CPU);
        model.Save(_folder["model"]);
        ModelExport.Run(new() { Model = _folder["model"], Output = path, Format = "gguf", Tokenizer = tokenizer });
        return path;
    }

    private static CausalModel LoadOrSkip(string folder)
    {
        try
        {
            var config = CausalConfig.Read(folder);
            if (GgufFamily.All.All(family => family.HuggingFace != config.Architecture))
                Assert.Skip($"GGUF export has no family for {config.Architecture}.");
            return CausalModel.Load(folder);
        }
        catch (RequestException refusal) when (refusal.What.StartsWith("architectures = ", StringComparison.Ordinal))
        {
            Assert.Skip(refusal.Message);
            throw;
        }
    }

    // Inside of the attention window, beyond which llama.cpp sees more.
    private static int[] Sequence(CausalConfig config)
    {
        var length = Math.Min(24, Math.Min(config.SlidingWindow ?? 24, config.MaxPositions));
        return [.. Enumerable.Range(0, length).Select(i => i == 0 ? config.BosId ?? 0 : (7 + (i * 31)) % config.VocabularySize)];
    }

    private static float[][] Ours(CausalModel model, int[] ids)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var logits = model.Project(model.Forward(tensor(ids.Select(id => (long)id).ToArray()).unsqueeze(0)))[0].log_softmax(-1);
        return [.. Enumerable.Range(0, ids.Length).Select(i => logits[i].data<float>().ToArray())];
    }

    private static void AssertAgree(float[][] expected, float[][] found, double tolerance, bool argmaxToo = true)
    {
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i].Length, found[i].Length);
            Assert.InRange(expected[i].Zip(found[i], (a, b) => Math.Abs(a - b)).Max(), 0, tolerance);
            if (argmaxToo)
                Assert.Equal(Array.IndexOf(expected[i], expected[i].Max()), Array.IndexOf(found[i], found[i].Max()));
        }
    }
}
