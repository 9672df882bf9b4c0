using Llamax.Decoding.Engines.LlamaCpp;
using Llamax.Decoding.Exporting;
using Llamax.Models.Causal;
using static TorchSharp.torch;

namespace Llamax.Bench.Engines;

/// <summary>One model of random weights in every form that is compared; the files go with it.</summary>
internal sealed class EngineModels : IDisposable
{
    public static readonly CausalConfig Config = new()
    {
        VocabularySize = 32000,
        HiddenSize = 1024,
        IntermediateSize = 2816,
        Layers = 12,
        Heads = 16,
        KeyValueHeads = 16,
        HeadSize = 64,
        MaxPositions = 1024,
    };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("llamax-bench-engines-");

    public EngineModels()
    {
        Float32 = new(Config, ScalarType.Float32, CPU);
        Float32.Initialize(seed: 1);
        Int8 = Float32.ToInt8();
        var folder = Path.Combine(_folder.FullName, "model");
        Float32.Save(folder);
        foreach (var type in new[] { "q8_0", "q4_k_m" })
            ModelExport.Run(new() { Model = folder, Output = Gguf(type), Format = "gguf", Quantization = type, Tokenizer = "none" });
    }

    public CausalModel Float32 { get; }

    public CausalModel Int8 { get; }

    public string Gguf(string type) => Path.Combine(_folder.FullName, type + ".gguf");

    public LlamaCppEngine LlamaCpp(string type, int threads) => new(Gguf(type), threads);

    public void Dispose()
    {
        Int8.Dispose();
        Float32.Dispose();
        _folder.Delete(recursive: true);
    }
}
