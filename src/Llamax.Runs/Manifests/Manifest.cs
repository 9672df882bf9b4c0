using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Llamax.Runs.Manifests;

/// <summary>
/// What a folder holds and how it was made: <c>manifest.json</c>, written last, so that a folder with a manifest is whole.
/// </summary>
public sealed record Manifest
{
    public const string FileName = "manifest.json";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The command or stage that made the folder.</summary>
    public string Command { get; init; } = "";

    /// <summary>SHA-256 over everything that decides the folder's content: options and the keys of what it was made from.</summary>
    public string Key { get; init; } = "";

    public ulong Seed { get; init; }

    /// <summary>Versions of what computed: llamax, .NET, the operating system, ICU where it matters.</summary>
    public IReadOnlyDictionary<string, string> Versions { get; init; } = new Dictionary<string, string>();

    /// <summary>The options, as a recipe spells them.</summary>
    public string Options { get; init; } = "";

    /// <summary>Input name → SHA-256 or key.</summary>
    public IReadOnlyDictionary<string, string> Inputs { get; init; } = new Dictionary<string, string>();

    /// <summary>File below the folder → SHA-256.</summary>
    public IReadOnlyDictionary<string, string> Outputs { get; init; } = new Dictionary<string, string>();

    /// <summary>What was counted, for example <c>entries.parallel</c>.</summary>
    public IReadOnlyDictionary<string, double> Counts { get; init; } = new Dictionary<string, double>();

    /// <summary>Wall time, the only value that differs between two equal runs.</summary>
    public double WallSeconds { get; init; }

    /// <summary>Versions every manifest carries.</summary>
    public static IReadOnlyDictionary<string, string> CurrentVersions { get; } =
        new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["llamax"] = typeof(Manifest).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "",
            ["dotnet"] = Environment.Version.ToString(),
            ["system"] = RuntimeInformation.RuntimeIdentifier,
        };

    /// <summary>The manifest of a folder; null where there is none or it cannot be read, that is where the folder is not whole.</summary>
    public static Manifest? TryRead(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            return null;
        try
        {
            return JsonSerializer.Deserialize<Manifest>(File.ReadAllText(path), Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Hashes the folder's files into <see cref="Outputs"/> and writes the manifest.</summary>
    /// <param name="folder">The folder that it describes.</param>
    /// <param name="include">Which files count as output, by their path below the folder; null = all.</param>
    public Manifest Write(string folder, Func<string, bool>? include = null)
    {
        var outputs = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(folder, path).Replace('\\', '/');
            if (name != FileName && !name.EndsWith(AtomicFile.TemporarySuffix, StringComparison.Ordinal) && (include?.Invoke(name) ?? true))
                outputs[name] = HashFile(path);
        }

        var whole = this with { Outputs = outputs };
        AtomicFile.WriteAllText(Path.Combine(folder, FileName), JsonSerializer.Serialize(whole, Json) + "\n");
        return whole;
    }

    /// <summary>SHA-256 of a file, lower-case hexadecimal.</summary>
    public static string HashFile(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    /// <summary>SHA-256 over texts, each closed by a zero byte so that two lists never meet in one hash.</summary>
    public static string HashTexts(params IEnumerable<string> texts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var text in texts)
        {
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes(text));
            hash.AppendData([0]);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
