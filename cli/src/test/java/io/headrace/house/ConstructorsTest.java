package io.headrace.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.constructors;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;

/**
 * A constructor of more than six parts has a part that nobody named. Records of values are as wide as what they
 * describe, so they count only if one of their components is a collaborator: a class of ours that is no value itself.
 * So are the records that users touch.
 */
@AnalyzeClasses(packages = "io.headrace", importOptions = DoNotIncludeTests.class)
final class ConstructorsTest {
    private static final int PARAMETERS = 6;

    @ArchTest
    static final ArchRule aConstructorTakesSixParametersAtMost = constructors()
            .should(new ArchCondition<JavaConstructor>("take six parameters at most") {
                @Override
                public void check(JavaConstructor constructor, ConditionEvents events) {
                    int parameters = declared(constructor);
                    if (parameters > PARAMETERS && !isValue(constructor.getOwner())) {
                        events.add(SimpleConditionEvent.violated(constructor,
                                constructor.getOwner().getName() + " takes " + parameters));
                    }
                }
            });

    /** Without what javac adds for enums, inner classes and lambdas. */
    private static int declared(JavaConstructor constructor) {
        JavaClass owner = constructor.getOwner();
        int parameters = constructor.getRawParameterTypes().size();
        if (owner.isEnum()) {
            return parameters - 2;
        }
        boolean isInner = owner.isInnerClass() && !owner.getModifiers().contains(JavaModifier.STATIC);
        return owner.isAnonymousClass() || owner.isLocalClass() ? 0 : isInner ? parameters - 1 : parameters;
    }

    private static boolean isValue(JavaClass type) {
        return type.isRecord() && (ApiTypesTest.isListed(type) || type.getFields().stream()
                .filter(it -> !it.getModifiers().contains(JavaModifier.STATIC))
                .noneMatch(it -> isCollaborator(it.getRawType())));
    }

    private static boolean isCollaborator(JavaClass type) {
        return type.getPackageName().startsWith("io.headrace") && !type.isRecord() && !type.isEnum()
                && type.getMethods().stream().noneMatch(it -> it.getName().equals("equals"));
    }
}
