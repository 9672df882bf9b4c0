using System.Xml.Linq;
using Llamax.Testing;

namespace Llamax.EndToEnd;

/// <summary>Who may know whom (ARCHITECTURE.md). A project file with another arrow fails here.</summary>
public sealed class DependencyDirectionTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Llamax.Runs"] = [],
        ["Llamax.Text"] = ["Llamax.Runs"],
        ["Llamax.Corpus"] = ["Llamax.Text", "Llamax.Runs"],
        ["Llamax.Metrics"] = ["Llamax.Text", "Llamax.Runs"],
        ["Llamax.Models"] = ["Llamax.Runs"],
        ["Llamax.Training"] = ["Llamax.Models", "Llamax.Corpus", "Llamax.Runs"],
        ["Llamax.Decoding"] = ["Llamax.Models", "Llamax.Text", "Llamax.Runs"],
        ["Llamax.Evaluation"] = ["Llamax.Decoding", "Llamax.Metrics", "Llamax.Runs"],
        ["Llamax.Pipelines"] = ["Llamax.Evaluation", "Llamax.Training"],
        ["Llamax.Cli"] = ["Llamax.Pipelines"],
    };

    private static readonly string[] WithoutLibtorch = ["Llamax.Runs", "Llamax.Text", "Llamax.Corpus", "Llamax.Metrics"];

    private static IEnumerable<(string Name, XDocument Xml)> Projects() =>
        Directory.EnumerateFiles(Path.Combine(Goldens.Repository, "src"), "*.csproj", SearchOption.AllDirectories)
            .Select(path => (Path.GetFileNameWithoutExtension(path), XDocument.Load(path)));

    private static IEnumerable<string> Includes(XDocument xml, string element) =>
        xml.Descendants(element).Select(e => e.Attribute("Include")?.Value ?? "");

    [Fact]
    public void Projects_refer_only_downwards()
    {
        var projects = Projects().ToList();
        Assert.Equal(Allowed.Keys.Order(), projects.Select(p => p.Name).Order());
        foreach (var (name, xml) in projects)
        {
            var arrows = Includes(xml, "ProjectReference").Select(Path.GetFileNameWithoutExtension);
            Assert.All(arrows, arrow => Assert.True(Allowed[name].Contains(arrow), $"{name} must not refer to {arrow}."));
        }
    }

    [Fact]
    public void Text_runs_corpus_and_metrics_do_not_load_libtorch()
    {
        foreach (var (name, xml) in Projects().Where(p => WithoutLibtorch.Contains(p.Name)))
            Assert.DoesNotContain(Includes(xml, "PackageReference"), package => package.StartsWith("TorchSharp", StringComparison.Ordinal));
        foreach (var name in WithoutLibtorch)
        {
            var references = System.Reflection.Assembly.Load(name).GetReferencedAssemblies().Select(a => a.Name);
            Assert.DoesNotContain("TorchSharp", references);
            Assert.DoesNotContain("Llamax.Models", references);
        }
    }

    [Fact]
    public void Arrows_have_no_cycle()
    {
        foreach (var start in Allowed.Keys)
            Assert.DoesNotContain(start, Below(start));

        static IEnumerable<string> Below(string name) => Allowed[name].SelectMany(child => Below(child).Prepend(child));
    }
}
