using Xunit;

namespace Llamax.Testing;

/// <summary>
/// The folders with real corpora (<c>LLAMAX_DATA</c>) and with reference values of other programs (<c>LLAMAX_GOLDENS</c>).
/// A missing folder skips the test by name; under <c>CI=true</c> it fails. A kind of reference values that an existing folder lacks
/// fails, except under <c>LLAMAX_GOLDENS_PARTIAL=1</c>, which <c>./test.sh --goldens DIR</c> sets.
/// </summary>
public static class Goldens
{
    public static string Data => RequirePath(Chosen("LLAMAX_DATA", "data"));

    public static string Root => RequirePath(ChosenRoot);

    /// <summary>A file or folder below <see cref="Data"/>.</summary>
    public static string DataPath(params string[] parts) => RequirePath(Path.Combine([Data, .. parts]));

    /// <summary>A file or folder below <see cref="Root"/>.</summary>
    public static string GoldenPath(params string[] parts)
    {
        var path = Path.Combine([Root, .. parts]);
        if (!MayLackKinds)
            Assert.True(Path.Exists(path), $"{path} does not exist.");
        return RequirePath(path);
    }

    /// <summary>Why a golden test without any case is skipped; null where it must fail, as a theory without rows does.</summary>
    public static string? WhyNoCases =>
        Directory.Exists(ChosenRoot) ? (MayLackKinds ? "The folder of reference values has none of this kind." : null)
        : IsCi ? null
        : Missing(ChosenRoot);

    /// <summary>
    /// The cases of a golden theory. Where there is none, it fails as any theory without rows does, except where reference values may
    /// be missing (<see cref="WhyNoCases"/>): there one skipped row says so.
    /// </summary>
    public static IReadOnlyCollection<ITheoryDataRow> Cases(IReadOnlyCollection<ITheoryDataRow> found) =>
        found.Count == 0 && WhyNoCases is { } reason ? [new TheoryDataRow { Skip = reason }] : found;

    /// <summary>Reference files below a folder of <see cref="Root"/>, in ordinal order; none where it or the root is missing.</summary>
    public static IEnumerable<string> Files(string folder, string pattern)
    {
        var path = Path.Combine(ChosenRoot, folder);
        return Directory.Exists(path)
            ? Directory.EnumerateFiles(path, pattern, SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            : [];
    }

    /// <summary>The root of this repository, found from the test's own folder.</summary>
    public static string Repository
    {
        get
        {
            for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
                if (File.Exists(Path.Combine(folder.FullName, "Llamax.slnx")))
                    return folder.FullName;
            throw new InvalidOperationException("The tests do not run inside the repository.");
        }
    }

    private static string ChosenRoot => Chosen("LLAMAX_GOLDENS", "golden");

    private static bool MayLackKinds => Environment.GetEnvironmentVariable("LLAMAX_GOLDENS_PARTIAL") == "1";

    private static bool IsCi => Environment.GetEnvironmentVariable("CI") == "true";

    private static string Chosen(string variable, string defaultName)
    {
        var chosen = Environment.GetEnvironmentVariable(variable);
        return string.IsNullOrEmpty(chosen) ? Path.GetFullPath(Path.Combine(Repository, "..", "shared", defaultName)) : chosen;
    }

    private static string RequirePath(string path)
    {
        if (Path.Exists(path))
            return path;
        if (IsCi)
            Assert.Fail(Missing(path));
        Assert.Skip(Missing(path));
        return path;
    }

    private static string Missing(string path) =>
        $"{path} does not exist; set LLAMAX_DATA and LLAMAX_GOLDENS to the folders with the reference files.";
}
