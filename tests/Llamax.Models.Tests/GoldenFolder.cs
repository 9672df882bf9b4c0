using System.Text.Json;
using Llamax.Models.Checkpoints;
using Llamax.Runs;
using Llamax.Testing;
using static TorchSharp.torch;

namespace Llamax.Models.Tests;

/// <summary>A folder of golden/models with reference outputs: golden.json and the tensors that it names.</summary>
internal sealed class GoldenFolder : IDisposable
{
    private readonly JsonDocument _json;
    private readonly SafetensorsFile _expected;

    public GoldenFolder(string name)
    {
        Folder = Goldens.GoldenPath("models", name);
        _json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "golden.json")));
        _expected = new(Path.Combine(Folder, Json.GetProperty("outputs").GetString()!));
    }

    public string Folder { get; }

    public JsonElement Json => _json.RootElement;

    /// <summary>The folders of one kind.</summary>
    public static IReadOnlyCollection<ITheoryDataRow> OfKind(string kind)
    {
        var data = new TheoryData<string>();
        foreach (var file in Goldens.Files("models", "golden.json"))
        {
            using var golden = JsonDocument.Parse(File.ReadAllBytes(file));
            if (golden.RootElement.GetProperty("kind").GetString() == kind)
                data.Add(Path.GetRelativePath(Goldens.GoldenPath("models"), Path.GetDirectoryName(file)!));
        }

        return Goldens.Cases(data);
    }

    /// <summary>The model of the folder; an architecture that is not implemented is skipped by its name.</summary>
    public T LoadOrSkip<T>(Func<string, T> load)
    {
        try
        {
            return load(Folder);
        }
        catch (RequestException refusal) when (refusal.What.StartsWith("architectures = ", StringComparison.Ordinal))
        {
            Assert.Skip(refusal.Message);
            throw;
        }
    }

    /// <summary>[rows, length] int64 of <c>inputs</c>.</summary>
    public Tensor Input(string name) => stack(
        Json.GetProperty("inputs").GetProperty(name).EnumerateArray()
            .Select(row => tensor(row.EnumerateArray().Select(x => x.GetInt64()).ToArray())), 0);

    /// <summary>The reference; a view that dies with this object.</summary>
    public Tensor Expected(string name) => _expected.View(name);

    /// <summary>Compares within the tolerance that golden.json gives for the name.</summary>
    public void AssertClose(string name, Tensor computed)
    {
        var expected = Expected(name);
        Assert.Equal(expected.shape, computed.shape);
        var difference = (expected - computed).abs().max().item<float>();
        Assert.InRange(difference, 0, Json.GetProperty("tolerance").GetProperty(name).GetDouble());
    }

    public void Dispose()
    {
        _expected.Dispose();
        _json.Dispose();
    }
}
