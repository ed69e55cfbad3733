namespace MixModeler.Streaming.Tests.Repository;

/// <summary>The rules are only as good as their reading of C#.</summary>
public sealed class CodeTextTests
{
    [Theory]
    [InlineData("a // b\nc", "a     \nc")]
    [InlineData("a /* { \n } */ b", "a      \n      b")]
    [InlineData("x = \"{ \\\" }\"; y", "x =         ; y")]
    [InlineData("x = @\"{ \"\" \\\"; y", "x =          ; y")]
    [InlineData("x = '{'; y = '\\''; z", "x =    ; y =     ; z")]
    [InlineData("x = $\"{a(\"}\")}{{\"; y", "x =    a(   )    ; y")]
    [InlineData("x = \"\"\"{ \" }\"\"\"; y", "x =            ; y")]
    [InlineData("@class = 1; // x", "@class = 1;     ")]
    public void Only_code_is_left(string code, string expected)
    {
        Assert.Equal(expected, CodeText.Blank(code));
    }

    [Fact]
    public void Members_and_types_are_found()
    {
        const string Code = """
            namespace A;

            public sealed record Empty(int X);

            internal sealed class Thing<T> where T : class
            {
                private int field = 1;

                public int Property { get; set; }

                public void Method<U>(U record) where U : struct
                {
                    if (field > 0)
                    {
                        int Local() { return 1; }
                    }
                }

                private enum Kind { One, Two }
            }
            """;
        string blanked = CodeText.Blank(Code);

        Assert.Equal([new("Empty", true, 1), new("Thing", false, 16)], CodeBlocks.TopLevelTypes(blanked));
        Assert.Equal(["Empty", "Thing", "Kind"], CodeBlocks.TypeNames(blanked));
        List<CodeBlocks.Member> members = CodeBlocks.Members(blanked);
        Assert.Equal(["public int Property", "public void Method<U>(U record) where U : struct"], members.Select(member => member.Header));
        Assert.Equal((12, 6), (members[1].Line, members[1].BodyLines));
    }
}
