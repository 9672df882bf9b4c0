using System.Text.Json.Nodes;

namespace Llamax.EndToEnd;

public sealed class DoctorTests
{
    [Fact]
    public void A_machine_that_can_run_these_tests_is_well()
    {
        var findings = JsonNode.Parse(LlamaxProgram.Run("doctor", "--json").Done().Out)!.AsArray();
        string StateOf(string name) => (string)findings.Single(finding => (string?)finding!["name"] == name)!["state"]!;
        foreach (var name in (string[])["system", ".NET", "cores", "locale data", "libtorch"])
            Assert.Equal("ok", StateOf(name));
        Assert.Equal("absent", StateOf("spBLEU model"));
        Assert.All(findings, finding => Assert.Equal((string?)finding!["state"] == "ok", ((string)finding["mend"]!).Length == 0));
    }

    [Fact]
    public void Without_locale_data_it_says_what_is_broken_and_how_to_mend_it()
    {
        var environment = new Dictionary<string, string> { ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1" };
        var result = LlamaxProgram.Run([], environment, "doctor");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(result.Lines, line => line.StartsWith("broken  locale data", StringComparison.Ordinal));
        Assert.Contains("libicu", result.Out, StringComparison.Ordinal);
    }
}
